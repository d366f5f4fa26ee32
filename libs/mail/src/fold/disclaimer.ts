/** What lawyers, virus scanners and consciences add below a letter: nobody wrote it for this one. */
import { bare, isBlank, type Line } from './lines.ts'
import { isRule } from './quoted-header.ts'

const paragraphLimit = 40

/**
 * Where the disclaimer begins that ends at `to`, not before `from`: the last paragraph, when enough of the phrases stand in
 * it that only such texts have together. Lines above the first such phrase stay out of it.
 */
export function disclaimerStart(lines: Line[], from: number, to: number): number | undefined {
  let last = to - 1
  while (last >= from && isBlank(lines[last]!)) last--
  let first = last
  while (first > from && !isBlank(lines[first - 1]!) && last - first < paragraphLimit) first--
  if (last < from) return undefined
  if (last - first < 4 && isFooter(bare(textOf(lines, first, last + 1)))) return first
  if (!isDisclaimer(bare(textOf(lines, first, last + 1)))) return undefined
  while (
    first < last &&
    points(bare(lines[first]!.text)) === 0 &&
    isDisclaimer(bare(textOf(lines, first + 1, last + 1)))
  ) {
    first++
  }
  return headed(lines, from, first)
}

/** A heading, or a rule, right above belongs to it. */
function headed(lines: Line[], from: number, first: number): number {
  let above = first - 1
  while (above >= from && isBlank(lines[above]!)) above--
  if (above < from) return first
  const line = lines[above]!
  if (isRule(line) || (line.text.length <= 40 && heading.test(bare(line.text)))) return headed(lines, from, above)
  return first
}

function textOf(lines: Line[], from: number, to: number): string {
  return lines
    .slice(from, to)
    .map(({ text }) => text)
    .join(' ')
}

function isDisclaimer(words: string): boolean {
  return words.length >= 80 && points(words) >= (heading.test(words) ? 3 : 4)
}

/** Two for what only such texts say, one for what people say as well. */
function points(words: string): number {
  const count = (phrases: RegExp[]) => phrases.filter((phrase) => phrase.test(words)).length
  return 2 * count(strong) + count(weak)
}

function isFooter(words: string): boolean {
  return words.length <= 300 && footers.test(words)
}

const heading =
  /^[\s*_:-]{0,9}(?:disclaimer|confidentiality|legal notice|privacy notice|upozorneni|dulezite upozorneni|pravni upozorneni|upozornenie|avviso di riservatezza|avviso legale|nota di riservatezza|informativa|haftungsausschluss|hinweis|vertraulichkeits|rechtlicher hinweis|avis|aviso)/

/** Each with the bare letters of `bare`, in bounded patterns. */
const strong = [
  /intended (?:only|solely|exclusively) for|(?:not|unless you are) the (?:\w{1,12} )?(?:intended|named) (?:recipient|addressee)|solely for the (?:use|intended|addressee)/,
  /intended (?:recipient|addressee)|use of the (?:individual|addressee|person)/,
  /received (?:this|the) (?:\w{1,15} ){1,4}(?:in|by) (?:error|mistake)/,
  /(?:notify|inform|advise|contact) (?:the|us|its) (?:sender )?(?:immediately|by)|(?:notify|inform|advise) the sender/,
  /legally privileged|(?:may be|is|are|and\/or) privileged|strictly (?:prohibited|forbidden|confidential)/,
  /(?:dissemination|distribution|copying|disclosure)(?: or| of|,| is)/,
  /do(?:es)? not necessarily (?:represent|reflect)|accepts? no (?:liability|responsibility)/,
  /urcen\w{0,3} (?:vyhradne|vylucne|pouze|jen|iba|len|jeho|adresat|uvedenemu)/,
  /nejste(?:-li| li)? (?:\w{1,12} ){0,3}(?:adresat|prijemc)|nie ste (?:\w{1,12} ){0,3}(?:adresat|prijemc)|pokud (?:jste )?(?:\w{1,12} ){0,5}(?:omylem|nedopatrenim)/,
  /(?:informujte|upozornete|vyrozumejte|kontaktujte|upovedomte|upozornite) (?:\w{1,15} ){0,4}odos?[ei]\w{0,4}(?:el|lat)|obdrz\w{1,6} (?:\w{1,10} ){0,4}omylem|dostali (?:\w{1,10} ){0,4}omylom/,
  /neni (?:\w{1,10} ){0,3}(?:navrhem|nabidkou|prijetim)|nepredstavuje (?:\w{1,12} ){0,3}(?:navrh|nabidku|ponuku)|nie je (?:\w{1,10} ){0,3}(?:navrhom|ponukou)/,
  /uso esclusivo|esclusivamente (?:al|ai|per|dal)|ricevut\w (?:\w{1,12} ){0,5}per errore|per errore (?:\w{1,12} ){0,4}ricevut/,
  /d\.? ?lgs|regolamento (?:ue|europeo)|reg\. ?(?:ue|\(ue\))|gdpr/,
  /(?:nicht|sind sie) (?:\w{1,16} ){0,3}(?:richtige|beabsichtigte|vorgesehene|bestimmungsgemasse)\w{0,2} (?:adressat|empfanger)/,
  /irrtumlich (?:erhalten|zugegangen|zugestellt)|versehentlich erhalten|informieren sie (?:\w{1,12} ){0,4}absender/,
  /unbefugte\w{0,2} (?:\w{1,16} ){0,3}(?:weitergabe|verwendung|nutzung)|unerlaubte (?:kopieren|weitergabe)|nicht gestattet/,
  /destinataire(?:s)? (?:exclusif|designe|prevu)|recu (?:\w{1,10} ){0,4}par erreur|usage exclusif/,
  /destinatario (?:indicado|previsto)|recibido (?:\w{1,10} ){0,4}por error|recebido (?:\w{1,10} ){0,4}por engano|uso exclusivo/,
  /przeznaczon\w{1,3} (?:wylacznie|tylko)|otrzymali (?:\w{1,12} ){0,4}omylkowo|uitsluitend bestemd|abusievelijk/,
]

const weak = [
  /confiden[tc]ial|duvern|dovern|vertraulich|riservat|confidentiel|vertrouwelijk|poufn/,
  /\bdelete|destroy|smazt|smazat|odstrant|odstranit|vymaz|znict|zmaz|cancell|distrugg|loschen|vernicht|supprim|detrui|elimin|usun/,
  /unauthori[sz]ed|neopravnen|nepovolan|unbefugt|non autorizzat|non autorise|no autorizad|nieupraw/,
  /prohibit|zakazan|zakazuje|vietat|proibit|untersagt|verboten|interdit|prohibid|zabronion/,
  /recipient|addressee|adresat|prijemc|destinatari|adressat|empfanger|destinataire|odbiorc/,
  /\bsender\b|odesilatel|odosielatel|mittente|absender|expediteur|remitente|nadawc/,
  /disclos|zverejn|zpristupn|divulg|diffusione|weitergabe|offenleg|sireni|rozsirov/,
  /copying|kopirovan|copia|kopier|duplica|reproduz/,
  /\bvirus|\bviry|\bvirov|\bviren/,
  /legal|pravn|rechtlich|smlouv|zmluv|obchodniho zakonik|obcansk|contratt|liabil|haftung|privacy|privat/,
  /attachment|priloh|allegat|anlagen|anhang|piece jointe|adjunt/,
]

const footers = new RegExp(
  [
    'consider the environment|think before (?:you )?print|environment before printing',
    '(?:pred|nez) (?:vy)?ti[st]\\w{1,6}.{0,80}(?:prirod|zivotni prostredi|nutne|nezbytne)|(?:zvazte|myslete|setrete).{0,60}(?:ti[st]kn|vyti[st]|prirod|prostredi|papir)',
    'myslite na (?:prirodu|zivotne)|pred vytlacenim',
    'prima di stampare|rispetta l.ambiente|pensa all.ambiente',
    'bevor sie diese.{0,40}(?:aus)?drucken|denken sie an die umwelt|umwelt zuliebe',
    'pensez a l.environnement|avant d.imprimer|antes de imprimir',
    'virus-free|(?:bez|neobsahuje|neobsahuje zadne) vir[uy]|virenfrei|frei von viren|privo di virus|senza virus|absence de virus|libre de virus',
    '(?:checked|scanned|zkontrolovan\\w|skontrolovan\\w|controllat\\w|analizzat\\w|uberpruft|gepruft|untersucht).{0,60}(?:vir|avast|avg|eset|nod32|antivir|mcafee|kaspersky|mailscanner|infett)',
    '(?:avast|avg|eset|nod32|mailscanner).{0,80}(?:checked|scanned|zkontrolov|skontrolov|controllat|uberpruft|gepruft)',
  ].join('|'),
)
