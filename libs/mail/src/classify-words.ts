/**
 * Subjects that programs write, in the languages of our clients. They decide where headers are silent, so each is the
 * program's own wording to its end or its colon: people write *about* automatic replies and returned mail.
 */

/** An automatic reply that calls itself one. */
export function isAutomaticSubject(subject: string): boolean {
  return automaticSubject.test(beginning(subject))
}

/** Somebody is away: what programs write, and people, too. */
export function isAbsenceSubject(subject: string): boolean {
  return absenceSubject.test(beginning(subject))
}

/** Either of them, of a letter that says in its header that a program sent it: then its beginning is enough. */
export function beginsAutomatic(subject: string): boolean {
  return automaticBeginning.test(beginning(subject))
}

/** A letter that came back. Answers and forwards (`Re:`, `Fwd:`) are a person's. */
export function isBounceSubject(subject: string): boolean {
  return bounceSubject.test(beginning(subject))
}

/** The subject it answers stands behind its own: `Abwesend: Re: Printer`. */
export function namesAnswered(subject: string): boolean {
  return /[:( ] ?(re|r|aw|odp|sv|antw)(\[\d{1,3}\])?: ?\S/i.test(beginning(subject))
}

/** `Fwd: …` */
export function isForwardSubject(subject: string): boolean {
  return /^(fwd?|wg|i|inoltro|př|přep|vs|tr|fs|preposlané|přeposláno)(\[\d{1,3}\])?: ?/iu.test(beginning(subject))
}

function beginning(subject: string): string {
  return subject.slice(0, 500).trim()
}

const automaticWords = [
  ...['auto(matic|mated)?[- ]?(reply|response|answer)', '(yahoo! )?auto[- ]?respon(se|der)'],
  ...['(automatic )?out[- ]of[- ](the[- ])?office[- ](auto-?)?reply', 'vacation (reply|response|auto-?reply)'],
  ...['request received', 'ticket received'],
  ...['automatická odpověď( v nepřítomnosti| mimo kancelář)?', 'automaticka odpoved', 'odpověď v nepřítomnosti'],
  ...['(automatické )?oznámení o nepřítomnosti', 'odpověď mimo kancelář'],
  ...['automatická odpoveď( v neprítomnosti| mimo kancelárie)?', 'odpoveď (v neprítomnosti|mimo kancelárie)'],
  ...['(automatické )?oznámenie o neprítomnosti'],
  ...['risposta automatica( fuori (ufficio|sede))?', '(auto)?risponditore( automatico)?'],
  ...['(automatische )?abwesenheits(notiz|nachricht|meldung|assistent|benachrichtigung|antwort)'],
  ...['automatische (rück)?antwort', 'auto-?antwort', 'autom\\. antwort'],
]

/** What responders begin with, and people write in the middle of something else. */
const absencePhrases = [
  ...['out[- ]of[- ](the[- ])?office', 'on (vacation|holiday|leave)', 'away from (the office|my (mail|desk))'],
  ...['mimo kancelář', '(ne)?jsem (v kanceláři|mimo kancelář|na dovolené)', 'nepřítomnost v kanceláři'],
  ...['mimo kancelárie', '(nie )?som (v kancelárii|mimo kancelárie|na dovolenke)', 'neprítomnosť v kancelárii'],
  ...['fuori (sede|ufficio)', "assen(te|za) dall[’']ufficio", '(sono )?in ferie'],
  ...['abwesend', '(bin )?(nicht im büro|außer haus|im urlaub)'],
]

/** People write *about* these, and so do the programs of their personnel office. */
const absenceNouns = ['nepřítomnost', 'dovolená', 'neprítomnosť', 'dovolenka', 'assenza', 'abwesenheit', 'urlaub']

/** `AUTO: Jana Nová is out of the office (returning 05/01/2026)` is Notes. */
const notes =
  'auto: .{1,150}(is out of the office|je mimo kancelář|je mimo kancelárie|è fuori (ufficio|sede)|ist außer haus|ist nicht im büro)'

/** Ticket systems put their number in brackets before it. */
const numbered = '(\\[[^\\]]{1,80}\\] ?)?'

const automaticSubject = new RegExp(`^${numbered}((${automaticWords.join('|')})( ?:| - \\S|[!.]?$)|${notes})`, 'iu')

const absenceSubject = new RegExp(
  `^${numbered}(${[...absencePhrases, ...absenceNouns].join('|')})( ?: ?\\S| re: ?\\S|[!.]?$)`,
  'iu',
)

const automaticBeginning = new RegExp(
  `^${numbered}(${notes}|(${[...automaticWords, ...absencePhrases].join('|')})(?!\\p{L}))`,
  'iu',
)

const bounceWords = [
  ...['undeliver(able|ed)\\b', 'returned mail\\b', 'return(ed)? to sender\\b', '(mail )?system error - returned mail'],
  ...['(warning: )?could not send (e-?mail|message)', '(message|mail) (could not be|not) delivered', 'mail failed\\b'],
  ...['(mail |message )?delivery (has )?(failed|failure|error|problem|delayed|status)\\b', 'non[- ]?delivery\\b'],
  ...['(permanent )?delivery failure\\b', 'failure (notice|delivery)\\b', 'delayed mail\\b', 'mail status report\\b'],
  ...['warning: message \\S{1,200} delayed', 'warning: message delayed\\b', 'message (status|delivery) - undeliver'],
  ...['nedoručiteln[éáý]', 'nedoručen[áéo]( (zpráva|pošta))?(?!\\p{L})', '(zpráva|e-?mail) nebyl[ao]? doručen'],
  ...['oznámení o (stavu doručení|nedoručení)', 'doručení (zpožděno|se nezdařilo|selhalo)', 'zpožděné doručení'],
  ...['vrácená (zpráva|pošta)', 'nedoručiteľn[éáý]', 'správa nebola doručená', 'oneskorené doručenie'],
  ...['oznámenie o (stave doručenia|nedoručení)', 'doručenie (oneskorené|zlyhalo|sa nepodarilo)'],
  ...['vrátená (správa|pošta)', '(messaggio )?non recapitabile', '(notifica di )?mancat[oa] (recapito|consegna)'],
  ...['recapito (ritardato|non riuscito)', 'notifica dello stato (di|del) recapito', 'errore di consegna'],
  ...['consegna (ritardata|fallita|non riuscita)', 'unzustellbar', 'nicht (zustellbar|zugestellt)'],
  ...['(nachrichten)?zustellung (ist )?(fehlgeschlagen|verzögert)', '(verzögerte|fehlgeschlagene) zustellung'],
  ...['(nachrichten)?übermittlung (fehlgeschlagen|verzögert)', 'メールエラー通知'],
  ...['benachrichtigung (zum|über den) (zustell|zustellungs|übermittlungs)status'],
]

const bounceSubject = new RegExp(`^(\\*{1,10}[a-z ]{1,20}\\*{1,10} ?)?(${bounceWords.join('|')})`, 'iu')
