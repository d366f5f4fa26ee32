/**
 * An out-of-office by what it says first, for responders that leave no sign in the header. People mention holidays, too;
 * so three things are asked for: somebody says in the first words that they are away themselves, the rest is what such
 * notes go on with (until when, whom to turn to), and nothing is asked for, told or wanted.
 */

/** The words that say so, as they stand in the letter; undefined when they do not, or a person may mean something by it. */
export function absenceIn(words: string): string | undefined {
  const note = ownNote(words)
  if (note === undefined || note.includes('?')) return undefined
  const plain = withoutMarks(note)
  for (const { away, rest, wanted } of languages) {
    const said = away.exec(plain.slice(0, openingLimit))
    if (!said || !leadsIn(plain.slice(0, said.index))) continue
    if (!rest.test(plain) && !someDate.test(plain)) continue
    return wanted.test(plain) ? undefined : note.slice(said.index, said.index + said[0].length)
  }
  return undefined
}

/** Such a note is short; what is longer was written for somebody. */
const noteLimit = 1_200
/** It begins with what it is about. */
const openingLimit = 260

/** Greeting, thanks and the letter that is quoted cut off; undefined when more is left than such a note has. */
function ownNote(words: string): string | undefined {
  const lines = words
    .slice(0, 8 * noteLimit)
    .split('\n', 80)
    .map((line) => line.trim())
  const end = lines.findIndex((line) => quoteBegins.test(line))
  const own = (end < 0 ? lines : lines.slice(0, end)).filter((line) => line !== '' && !decoration.test(line))
  const note = own.join(' ').replace(/\s+/g, ' ').normalize('NFC')
  const start = openingsLength(note)
  return note.length - start > noteLimit ? undefined : note.slice(start)
}

const quoteBegins = /^(>|-{3,}|_{5,}|-- ?$|on .{5,150} wrote:$|(from|von|od|da|odosielateľ|odesílatel): )/i
const decoration = /^[^\p{L}\p{N}]*$|^[([*]{1,3}[^)\]*]{0,100}[)\]*]{1,3}$/u

function openingsLength(note: string): number {
  let at = 0
  for (let count = 0; count < 4; count++) {
    const opening = openings.exec(withoutMarks(note.slice(at, at + 200)))
    if (!opening) break
    at += opening[0].length
  }
  return at
}

/** One character stays one: places in the one text are places in the other. */
function withoutMarks(text: string): string {
  const folded = text.toLowerCase().replace(/[’‘´`]/g, "'")
  if (folded.length !== text.length) return text
  return folded.replace(/[\u0080-\u024f]/g, (letter) => (letter === 'ß' ? 's' : letter.normalize('NFD')[0]!))
}

/** Dear Jana, · Thank you for your message. */
const openings = new RegExp(
  `^(${[
    '(hello|hi|dear|good (day|morning|afternoon))\\b[^.!,:]{0,60}[.!,:] ?|(thank you|thanks)( very much)? for (your|the|contacting|writing)\\b[^.!]{0,80}[.!] ?',
    '(dobry (den|vecer)|vazen[yeai]|ahoj|zdravim)\\b[^.!,:]{0,60}[.!,:] ?|dekuj[ie](me)? (vam )?za\\b[^.!]{0,80}[.!] ?',
    '(dobry den|vazen[yeai]|ahoj|zdravim)\\b[^.!,:]{0,60}[.!,:] ?|dakujem(e)? (vam )?za\\b[^.!]{0,80}[.!] ?',
    '(buongiorno|buonasera|salve|gentil[ei]|egregi[oa]?|ciao)\\b[^.!,:]{0,60}[.!,:] ?|(la ringrazi(o|amo)|grazie( mille)?) per\\b[^.!]{0,80}[.!] ?',
    '(guten (tag|morgen)|hallo|sehr geehrte[rs]?|liebe[rs]?|grus?s gott)\\b[^.!,:]{0,80}[.!,:] ?|(vielen dank|danke|besten dank|herzlichen dank) fur\\b[^.!]{0,80}[.!] ?',
    'this is an? (automatic|automated|auto)[- ]?(reply|response|message)[.!:] ?|(toto|toto je) (je )?automatick[ae] odpove[dd][.!:] ?',
    '(questa e una )?risposta automatica[.!:] ?|(dies ist eine )?automatische antwort[.!:] ?|automatick[ae] odpove[d][.!:] ?',
  ].join('|')})`,
)

/** What stands before it is of the same sentence ("from 1. 5. on", "at the moment"), and no more than time or place. */
function leadsIn(before: string): boolean {
  return sameSentence.test(before) && !otherSense.test(before)
}

const sameSentence = /^([^.!:;"„“”«»]|\d\.){0,80}$/

/** "When I am away, …", "I told you that I am away", "I was away". */
const otherSense = new RegExp(
  `\\b(${[
    "when|whenever|if|before|after|because|since|while|although|as long as|told|said|says|that|so|not|wasn't|weren't",
    'kdyz|kdyby|pokud|nez|protoze|jelikoz|az|zatimco|ackoli|aby|jestli|ze|takze|byl|byla|byli',
    'ked|keby|pokial|ak|kym|pretoze|kedze|lebo|bol|bola|boli',
    'quando|se|prima|dopo|perche|poiche|mentre|siccome|dato|che|ero',
    'wenn|als|bevor|weil|da|nachdem|wahrend|obwohl|falls|dass|das|ob|war',
  ].join('|')})\\b`,
)

const someDate = /\d{1,2}\. ?\d{1,2}\.|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\b\d{4}-\d\d-\d\d\b/

/** One word, or a date. */
const word = '(?:[^ .,!:;]{1,30}|\\d[\\d.]{0,12})'

const languages = [
  {
    away: new RegExp(
      `\\b(i am|i'm|i will be|i'll be|we are|we will be)( ${word}){0,4} (out of (the |my )?office|away from (the|my) (office|desk)|away( (on|until|till|from)|\\b)|on (${word} ){0,2}(leave|vacation|holidays?|pto|business trip)|unavailable|not in the office|traveling|travelling)\\b`,
    ),
    rest: /\b(until|till|through|return(ing)?|back (on|in|at)|in my absence|during my absence|(limited|no|without) (access|email)|urgent|emergenc(y|ies)|please (contact|call|write|turn|reach|forward|address)|respond to your|reply to your|get back to you|not (be )?(read|forwarded|monitored))\b/,
    wanted:
      /\b(could you|can you|would you|will you|can we|could we|let me know|i need|we need|i would like|we would like|i want|please (send|help|check|fix|look|restart|confirm|move|postpone|reschedule|cancel|change|do|add|remove|create|install|update|close|keep|wait|deliver|arrange|finish|wait|note that the|be aware)|not working|does ?n[o']t work|doesn't|stopped|is down|are down|is broken|cannot|can't|crash|since (this )?(morning|yesterday)|attached|attachment|invoice|as (discussed|agreed)|ticket|order|quote|deadline|postpone|reschedule|before i leave|so please|but the|and the)\b/,
  },
  {
    away: new RegExp(
      `\\b((jsem|budu|jsme)( ${word}){0,6} (mimo (svou |svoji |nasi )?kancelar|mimo pracoviste|na (${word} ){0,2}(dovolene|materske|rodicovske|nemocenske|ceste|skoleni)|nepritom(en|na|ny|ni)|nedostupn[aye]|nezastiziteln[aye])|(nejsem|nebudu|nejsme)( ${word}){0,6} (v kancelari|k dispozici|k zastizeni|v praci|pritom(en|na|ny)|na pracovisti|dostupn[aye])|(mimo kancelar|na dovolene) (jsem|budu)|(cerpam|mam)( ${word}){0,4} (dovolenou|volno))\\b`,
    ),
    rest: /\b(do (pondeli|utery|stredy|ctvrtka|patku|konce)|do \d|od \d|vratim|zpet|navrat|v (nalehav|nutn|urgentn|neodkladn|akutn)\w*|v (dobe )?(me )?nepritomnosti|zastupuje|zastup(uje)?|zastoupi|obratte|obracejte|kontaktujte|prosim piste|prosim volejte|po (svem |mem )?navratu|odpovim|ozvu se|nebud(e|ou) (\w+ )?(cten|preposlan|presmerovan)\w*|(omezeny|nemam) pristup|preposlan\w*)\b/,
    wanted:
      /\b(muzete|mohli? byste|mohl byste|mohla byste|muzes|potrebuj[ie]\w*|potrebovala?|chtel\w*|prosim (o|vas o|zaslete|poslete|overte|zkontrolujte|opravte|restartujte|podivejte|dejte|presun\w*|odloz\w*|zrus\w*|potvrd\w*|zmente|pridejte|poc[kh]ejte|vyckejte|domluv\w*|zaridte|nechte)|nefunguj\w*|nejde|nejdou|spadl\w*|nelze|nemuz\w*|prestal\w*|rozbit\w*|chyba|vypadek|od rana|priloze|prikladam|zasilam|posilam|faktur\w*|objednav\w*|jak jsme se domluvili|tiket|termin\w*|odlozit|presunout|zkuste|takze|jen(ze)?|nicmene)\b/,
  },
  {
    away: new RegExp(
      `\\b((som|budem|sme)( ${word}){0,6} (mimo (svojej |nasej )?kancelari\\w*|mimo pracoviska|na (${word} ){0,2}(dovolenke|materskej|rodicovskej|pn|ceste|skoleni)|nepritomn[ayi]|nedostupn[aye]|nezastihnuteln[aye])|(nie som|nebudem|nie sme)( ${word}){0,6} (v kancelarii|k dispozicii|v praci|pritomn[ay]|na pracovisku|dostupn[aye])|(mimo kancelarie|na dovolenke) (som|budem)|(cerpam|mam)( ${word}){0,4} (dovolenku|volno))\\b`,
    ),
    rest: /\b(do (pondelka|utorka|stredy|stvrtka|piatka|konca)|do \d|od \d|vratim|spat|navrat\w*|v (naliehav|nutn|urgentn|neodkladn|akutn)\w*|pocas (mojej )?nepritomnosti|zastupuje|zastup|obratte|obracajte|kontaktujte|prosim piste|po (svojom |mojom )?navrate|odpoviem|ozvem sa|nebud(e|u) (\w+ )?(citan|preposlan|presmerovan)\w*|(obmedzeny|nemam) pristup|preposlan\w*)\b/,
    wanted:
      /\b(mozete|mohli? by ste|mohol by|mohla by|mozes|potrebujem\w*|potreboval\w*|chcel\w*|prosim (o|vas o|poslite|zaslite|overte|skontrolujte|opravte|restartujte|pozrite|dajte|presun\w*|odloz\w*|zrus\w*|potvrd\w*|zmente|pridajte|pockajte|dohodn\w*|zariadte|nechajte)|nefunguj\w*|nejde|nejdu|spadl\w*|neda sa|nemozem\w*|prestal\w*|pokazen\w*|chyba|vypadok|od rana|prilohe|prikladam|zasielam|posielam|faktur\w*|objednavk\w*|ako sme sa dohodli|tiket|termin\w*|odlozit|presunut|skuste|takze|lenze)\b/,
  },
  {
    away: new RegExp(
      `\\b((sono|saro|siamo|mi trovo)( ${word}){0,4} (fuori (ufficio|sede|dall'ufficio)|in (ferie|vacanza|trasferta|maternita|congedo|malattia)|assente( dall'ufficio)?|non (disponibile|raggiungibile))|non (sono|saro)( ${word}){0,4} (in ufficio|in sede|disponibile|raggiungibile))\\b`,
    ),
    rest: /\b(fino (al|a)|dal \d|al \d|(mio )?rientro|rientrer\w*|torner\w*|di ritorno|tornero|in mia assenza|durante la mia assenza|urgen(ze|te|ti|za)|contattare|contatti|rivolgersi|rivolgetevi|scrivere a|rispondero|rispondere|non (sara|saranno) (lett|inoltrat)\w*|accesso (limitato|alla)|senza accesso)\b/,
    wanted:
      /\b(potete|potreste|potresti|puo|puoi|potrebbe|avrei bisogno|ho bisogno|abbiamo bisogno|vorrei|vorremmo|(per favore|per cortesia|prego|vi prego)( di)? (inviar\w*|mandar\w*|controllar\w*|verificar\w*|aiutar\w*|riavviar\w*|spostar\w*|annullar\w*|confermar\w*|sistemar\w*|chiuder\w*|aspettar\w*|attender\w*)|non funzion\w*|non va|non si|bloccat\w*|guast\w*|errore|problema con|da stamattina|da ieri|in allegato|allego|fattura|ordine|come (concordato|da accordi)|ticket|rimandare|spostare|quindi|percio|pero|ma il|ma la|riavviat\w*|controllate|verificate|mandatemi|inviatemi|fatemi sapere|aspettate)\b/,
  },
  {
    away: new RegExp(
      `\\b((ich bin|wir sind|ich werde|bin ich|sind wir)( ${word}){0,8} (nicht (im (bu|bue)ro|im haus|im hause|am platz|am arbeitsplatz|erreichbar|verfugbar|anwesend|da)|aus?ser haus|im urlaub|in (elternzeit|urlaub|mutterschutz)|auf (dienst|geschafts)reise|abwesend|krank|nicht zu erreichen)|(befinde mich|bin)( ${word}){0,6} (im urlaub|in elternzeit|auf dienstreise|aus?ser haus|nicht im (bu|bue)ro|abwesend))\\b`,
    ),
    rest: /\b(bis (zum|einschlies?slich|inkl|inklusive|\d|montag|dienstag|mittwoch|donnerstag|freitag|ende)|ab (dem )?\d|vom \d|wieder (im|fur sie|erreichbar|da|zuruck)|zuruck|ruckkehr|in dringenden|dringend\w*|notfall|wenden sie sich|kontaktieren sie|(meine|unsere) (vertretung|kolleg\w*)|vertret\w*|abwesenheit|nicht (weitergeleitet|gelesen|bearbeitet)|weitergeleitet|werde ich (\w+ ){0,6}(beantworten|antworten|bearbeiten)|melde mich|(eingeschrankt|kein(en)?) zugriff)\b/,
    wanted:
      /\b(konnen sie|konnten sie|kannst du|konntest du|wurden sie|ich brauche|wir brauchen|ich benotige|wir benotigen|ich mochte|wir mochten|ich hatte gern\w*|bitte (prufen|senden|schicken|helfen|schauen|starten|verschieben|stornieren|bestatigen|andern|warten|machen|erledigen|schlies?sen|legen|richten|geben)|funktionier\w*|geht nicht|gehen nicht|abgesturzt|kaputt|defekt|fehler|storung|ausfall|seit (heute|gestern)|anbei|im anhang|rechnung|bestellung|auftrag|wie besprochen|ticket|termin\w*|verschieben|deshalb|daher|aber der|aber die|aber das|leider (kann|konnen))\b/,
  },
]
