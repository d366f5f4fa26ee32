/**
 * What text of a language looks like where it is not ASCII: its letters, most frequent first, the character sets it was
 * written in before UTF-8, and some of its frequent words in ASCII. Enough to tell character sets apart, which need the
 * language only in so far as it says which letters are to be expected (detect.ts).
 */
export type Language = {
  name: string
  charsets: readonly string[]
  letters: string
  words?: string
  /** Letters that stand at the end of a word only. */
  final?: string
  /** Letters that never stand before e and i, which soften by themselves. */
  hard?: string
  /** Letters that are words. */
  alone?: string
}

const west = ['windows-1252', 'iso-8859-15', 'macintosh'] as const
const central = ['windows-1250', 'iso-8859-2'] as const
const cyrillic = ['windows-1251', 'koi8-u', 'iso-8859-5', 'ibm866', 'x-mac-cyrillic'] as const

export const latinLanguages: readonly Language[] = [
  {
    name: 'cs',
    charsets: central,
    letters: 'íáěéžřčýšůúňóďť',
    hard: 'ťďň',
    words:
      'je se na to ale jsem jako pro tak od po do bude byl jsme aby nebo den mi co by za si vy ze ve pan pani bych nejde prosim diky pokud nebude tento jeho dne kdy kde jak ten ta ty nic jen pod nad zde nemohu pozdravem',
  },
  {
    name: 'sk',
    charsets: central,
    letters: 'áíéčšýžúľťôňóďäŕĺ',
    hard: 'ľťďň',
    words:
      'je sa na to ale som ako pre tak od po do bude bol sme aby alebo mi by za si vy zo vo nie pani prosim pokial nebude tento jeho kde ten ta ty ich bola keby nejde iba pod nad tu pozdravom budem nemohol',
  },
  { name: 'pl', charsets: central, letters: 'łęąóżśćńź', words: 'nie jest na do to ze sie od po za jak dla czy pan' },
  { name: 'hu', charsets: central, letters: 'éáöóőíüúű', words: 'az egy nem hogy ez is van meg csak el de ha mint' },
  { name: 'hr', charsets: central, letters: 'čšžćđ', words: 'je se na da su ne od za sam smo kao ili bi koji ima' },
  {
    name: 'ro',
    charsets: central,
    letters: 'ăîâșțşţ',
    words: 'de la cu nu pe din mai sau ce sunt este',
  },
  {
    name: 'de',
    charsets: west,
    letters: 'üäöß',
    words:
      'der die und das ich nicht mit sie es ist ein wir auf von bitte eine den dem zu haben hat im am bei aus dass auch nach uns ihr ihre mir kann wird noch als wie aber',
  },
  {
    name: 'it',
    charsets: west,
    alone: 'èàéòìù',
    letters: 'èàòùéì',
    final: 'èàòùéì',
    words:
      'di che non la il per un sono con si le ha da mi come del grazie buongiorno anche della gli nel ci vi questo questa ho hanno stato alle dalle essere dei delle nella tutto molto bene fare ora oggi salve cordiali saluti problema abbiamo una al in lo ma se ai dal sul alla loro noi nostro vostro funziona',
  },
  {
    name: 'fr',
    charsets: west,
    alone: 'àôâ',
    letters: 'éèàêçôîûùâïœë',
    words: 'de la le et les des que pour vous je est en un une pas sur dans',
  },
  {
    name: 'es',
    charsets: west,
    alone: 'óúáéí¿¡',
    letters: 'óíáéñú¿¡',
    words: 'de la que el en los no se por con para un una es lo del su',
  },
  {
    name: 'pt',
    charsets: west,
    alone: 'éàóâ',
    letters: 'ãçáéíóêõâúàô',
    words: 'de que os um para com uma em da do no se por mais',
  },
  {
    name: 'sv',
    charsets: west,
    alone: 'åö',
    letters: 'äöåé',
    words: 'och att det som en av den med har inte till vi kan jag',
  },
  {
    name: 'da',
    charsets: west,
    alone: 'åøæ',
    letters: 'åøæé',
    words: 'og at det som en af den med har ikke til vi kan jeg er',
  },
  { name: 'fi', charsets: west, letters: 'äöåé', words: 'ja on ei se mutta joka kun niin ovat oli' },
  { name: 'is', charsets: west, alone: 'áíæó', letters: 'áíðéóöúæþý', words: 'og er sem ekki til um en var' },
  { name: 'nl', charsets: west, letters: 'ëéïöèü', words: 'de het een van en dat is niet met voor zijn ik u op' },
  {
    name: 'ca',
    charsets: west,
    alone: 'àéó·',
    letters: 'àóéèíçòúïü·ñ',
    words: 'de la que el els amb per una les no es',
  },
  { name: 'tr', charsets: ['windows-1254'], letters: 'ıüşçğöİâîû', words: 've bir bu da ne ile olarak daha var' },
  {
    name: 'lt',
    charsets: ['windows-1257', 'iso-8859-13'],
    letters: 'ėšžųįąūčę',
    words: 'ir kad yra su tai bet ar kaip',
  },
  { name: 'lv', charsets: ['windows-1257', 'iso-8859-13'], letters: 'āīšēņūļģķžč', words: 'un ir ka par no ar uz bet' },
  { name: 'et', charsets: ['windows-1257'], letters: 'äõüöšž', words: 'ja on ei et see kui oli ka' },
]

/** Scripts of their own: nearly every letter of such a text has the high bit. */
export const scriptLanguages: readonly Language[] = [
  { name: 'ru', charsets: cyrillic, letters: 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё' },
  { name: 'uk', charsets: cyrillic, letters: 'оаниіверткслдпумязьгчбйхцжїюєшщфґ' },
  { name: 'bg', charsets: cyrillic, letters: 'аоиетнрсвлкпдмзъугябчщйцжхшюфь' },
  { name: 'sr', charsets: ['windows-1251', 'iso-8859-5'], letters: 'аоиенсрјтукдвмлпзгбчшцњжљхћђфџ' },
  { name: 'el', charsets: ['windows-1253', 'iso-8859-7'], letters: 'αοιετσνηρυκςπμλίωάγδόθέχήύφβξώζψϊϋ' },
  { name: 'he', charsets: ['windows-1255', 'iso-8859-8'], letters: 'יוהלאתרשמבנעדחקפםכןטצגזסךץף' },
  { name: 'ar', charsets: ['windows-1256', 'iso-8859-6'], letters: 'اليمنوترهبعدسفحكقةجشصطخأىضذإغثزءئظآؤ،؟' },
  { name: 'th', charsets: ['windows-874'], letters: 'านรอก่เงมยลวดท้ตสัีปิะบคหแจพชขใไโื็ุูธึถณำผศษซญภ์ฟฉฐฝฏฮๆฬฎ' },
]

/** One character, two bytes. The frequent ones, then those of the first level of the national standard. */
export type DoubleByteLanguage = Language & {
  /** Where the everyday characters are: first and last pair of bytes. */
  level1: readonly [charset: string, firstLead: number, lastLead: number, firstTrail: number, lastTrail: number]
  /** Besides `letters`: whole alphabets of the language. */
  alphabet?: RegExp
}

export const doubleByteLanguages: readonly DoubleByteLanguage[] = [
  {
    name: 'zh-Hans',
    charsets: ['gb18030'],
    letters:
      '，的。、一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏您：！？（）“”',
    level1: ['gb18030', 0xb0, 0xd7, 0xa1, 0xfe],
  },
  {
    name: 'zh-Hant',
    charsets: ['big5'],
    letters:
      '，的。、一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受光王果親界及今京務制解各任至清物台象記邊共風戰干接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流每青管夫連遠資隊跟帶花快條院變聯權往展該領傳近留紅治決周保達辦運武半候七必城父強步完革深區即求品士轉量空甚眾技輕程告江語英基派滿式李息寫呢識極令黃德收臉錢黨倒未持取設始版雙歷越史商千片容研像找友孩站廣改議形委早房音火際則首單據導影失拿網香似斯專石若兵弟誰校讀志飛觀爭究包組造落視濟喜離雖壞您灣：！？（）「」',
    level1: ['big5', 0xa4, 0xc6, 0x40, 0xfe],
  },
  {
    name: 'ja',
    charsets: ['shift_jis', 'euc-jp'],
    letters:
      'の、。いるたとにしてをはがでんなかれっすあまらこりもだうさきくおけよそどちせつみめえやへ「」ー・ンスルトイラリアクシドレロコタジフムマ日本人年大一月出会中上国者行社お様',
    alphabet: /[\u3041-\u3096\u30a1-\u30fa]/,
    level1: ['euc-jp', 0xb0, 0xcf, 0xa1, 0xfe],
  },
  {
    name: 'ko',
    charsets: ['euc-kr'],
    letters:
      '이다는을의에가하고지한를은로기사도서대인아어시자해리그으니제정나있일보수부장과들라만전구게관스주여성상경적원와동국공위용안문면비신것생무중오세선학유소했회할요계방행모간우내연체조양분법습실단미개물입년당본말발역물금통화업거차없심치저려심진권까및건드호영호결반재불운각난되바네던더등며진때느',
    level1: ['euc-kr', 0xb0, 0xc8, 0xa1, 0xfe],
  },
]
