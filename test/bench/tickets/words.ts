/**
 * Words for invented texts. A word of rank r is drawn with a probability near 1/r, as in any language (Zipf): the first are
 * in nearly every message, the last in a few of a million.
 */
import type { Random } from '../../world/random.ts'

export type Language = 'cs' | 'it' | 'en'

/** A text of so many words, with what technicians copy into their letters here and there. */
export function sentence(random: Random, language: Language, words: number): string {
  const vocabulary = vocabularies[language]
  const text: string[] = []
  for (let i = 0; i < words; i++) {
    text.push(random.chance(0.02) ? identifier(random) : drawn(random, vocabulary))
  }
  const line = text.join(' ')
  return `${line[0]!.toUpperCase()}${line.slice(1)}.`
}

/** A few words of the trade. */
export function title(random: Random, language: Language): string {
  const own = topics[language]
  const words = [own[random.rank(own.length)]!, drawn(random, vocabularies[language]), own[random.rank(own.length)]!]
  return words.slice(0, 1 + random.below(3)).join(' ')
}

/** Written so often that whoever looks for it finds nearly everything. */
export const commonWords = ['dobrý', 'pozdravem', 'buongiorno', 'saluti', 'hello', 'server', 'email', 'problém']

/** Of every language some that are in a few of a hundred messages, and some that are in a few of a hundred thousand. */
export function wordsAround(language: Language, rank: number, count: number): string[] {
  return vocabularies[language].slice(rank, rank + count)
}

/** What nobody writes twice: error codes, hosts, serial numbers, addresses of machines. */
function identifier(random: Random): string {
  const digits = (count: number) => String(random.below(10 ** count)).padStart(count, '0')
  switch (random.below(4)) {
    case 0:
      return `0x${random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0')}`
    case 1:
      return `srv${digits(4)}`
    case 2:
      return `SN${digits(8)}`
    default:
      return `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`
  }
}

function drawn(random: Random, words: string[]): string {
  return words[random.rank(words.length)]!
}

const little = {
  cs: 'a se na v je to že s z do o i ve k za si jsem po ale by pro jako od tak jsme už jen když jak mi nebo které při nám být není co před vás prosím aby však který která máme bylo až pod tento také nás ještě kde než prosíme mezi podle dnes včera ráno',
  it: 'e di che la il un a per non in una è sono mi si ho lo ma ti con ha le cosa se da come io ci questo qui bene tu del me al sì più ne della anche solo perché hai della quando era abbiamo dal nel fatto stato questa dei sul ancora prima oggi ieri mattina',
  en: 'the to and a of in is it you that we for on have with this be at are not was as but can i if from our please or your will they has been an do me all when there no so up out just some would since after today yesterday morning',
}

const topics = {
  cs: split(
    'server problém email síť tiskárna heslo účet připojení přístup záloha faktura smlouva telefon linka doména certifikát stránka aplikace databáze uživatel počítač notebook program chyba výpadek oprava výměna nastavení instalace aktualizace licence souhlas zpráva příloha složka disk monitor klávesnice kabel směrovač přepínač brána služba webhosting provoz porucha reklamace objednávka nabídka termín technik návštěva pobočka kancelář účtárna sklad vedení směrování číslo hovor ústředna pošta schránka spam filtr virus antivirus zabezpečení oprávnění přihlášení odhlášení soubor tabulka sestava export import rychlost odezva ztráta paket adresa port tunel vzdálený plocha obrazovka skener tonery papír zásuvka napájení klimatizace rack datacentrum teplota kontrola test',
  ),
  it: split(
    'server problema email rete stampante password account connessione accesso backup fattura contratto telefono linea dominio certificato sito applicazione database utente computer portatile programma errore guasto riparazione sostituzione configurazione installazione aggiornamento licenza messaggio allegato cartella disco schermo tastiera cavo router switch gateway servizio hosting traffico anomalia reclamo ordine offerta scadenza tecnico visita filiale ufficio contabilità magazzino direzione numero chiamata centralino posta casella spam filtro virus antivirus sicurezza permesso file tabella report esportazione velocità risposta perdita pacchetto indirizzo porta tunnel remoto desktop scanner toner carta presa alimentazione condizionatore armadio temperatura controllo prova',
  ),
  en: split(
    'server problem email network printer password account connection access backup invoice contract phone line domain certificate website application database user computer laptop program error outage repair replacement setting installation update licence message attachment folder disk monitor keyboard cable router switch gateway service hosting traffic fault complaint order quote deadline technician visit branch office accounting warehouse management number call exchange mail mailbox spam filter virus antivirus security permission login file table report export import speed latency loss packet address port tunnel remote desktop screen scanner toner paper socket power cooling rack temperature check test',
  ),
}

const endings = {
  cs: split(
    'a u y ě ou ám ami ách ový ová ové ového ému ým ých nost nosti ování ovat uje ují oval ovala ovali ka ky ce ku',
  ),
  it: split(
    'o a i e are ato ata ati ate ando ava ano iamo azione azioni ale ali mente ibile ore ori ista one oni ino ina',
  ),
  en: split('s ed ing er ers ly ness able ment ments tion tions al ally ful less ity ive y ish hood ship ward'),
}

/** Middles of words that are like no word and like every word of their language. */
const middles = {
  cs: split(
    'bor dvoř hled jist klad kres lom měř nos pad plán prac rov sáz skup stav svět tvor váž vod zák zvuk žád bíl cest časn dál',
  ),
  it: split(
    'bal cant cont dur fer form gest guid lav mand misur not oper parl pens port prov ricev scriv segn serv sper tent tratt vend',
  ),
  en: split(
    'act bound call chart drift form frame grant hold join land link mark note pass place point port press scale shift sign spell stand track',
  ),
}

const vocabularies = Object.fromEntries(
  (['cs', 'it', 'en'] as const).map((language) => [language, vocabulary(language)]),
) as Record<Language, string[]>

/** Some 20,000 forms, the most frequent first: little words, words of the trade, then all that endings make of them. */
function vocabulary(language: Language): string[] {
  const [own, ends, stems] = [topics[language], endings[language], middles[language]]
  const inflected = ends.flatMap((ending) => own.map((word) => word.replace(/[aeioyáéíýě]$/, '') + ending))
  const invented = stems.flatMap((first) => stems.flatMap((second) => ends.map((ending) => first + second + ending)))
  return [...new Set([...split(little[language]), ...own, ...inflected, ...invented])]
}

function split(words: string): string[] {
  return words.split(' ')
}
