/**
 * Subjects that programs write, in the languages of our clients. They decide where headers are silent, so each is the
 * program's own wording to its end or its colon: people write *about* automatic replies and returned mail.
 */

/** An out-of-office or another automatic reply. */
export function isAutomaticSubject(subject: string): boolean {
  return automaticSubject.test(subject.trim())
}

/** The same, of a letter that says in its header that a program wrote it: then its beginning is enough. */
export function beginsAutomatic(subject: string): boolean {
  return automaticBeginning.test(subject.trim())
}

/** A letter that came back. Answers and forwards (`Re:`, `Fwd:`) are a person's. */
export function isBounceSubject(subject: string): boolean {
  return bounceSubject.test(subject.trim())
}

const programWords = [
  ...[
    'auto(matic|mated)?[- ]?(reply|response|answer)',
    '(automatic )?out[- ]of[- ](the[- ])?office([- ](auto)?reply)?',
  ],
  ...['vacation (reply|response|auto-?reply)', 'automatická odpověď( v nepřítomnosti)?', 'automaticka odpoved'],
  ...['odpověď v nepřítomnosti', 'oznámení o nepřítomnosti', 'automatická odpoveď', 'odpoveď v neprítomnosti'],
  ...['oznámenie o neprítomnosti', 'risposta automatica', 'risponditore automatico', 'auto-?antwort'],
  ...[
    'automatische (antwort|abwesenheitsnotiz|abwesenheitsantwort)',
    'abwesenheits(notiz|nachricht|meldung|assistent)',
  ],
]

/** Words of people, too: here a program is known by the colon and the subject it answers behind them. */
const absenceWords = [
  ...['on vacation', 'away from (the office|my mail)', 'mimo kancelář', 'mimo kancelárie', '(ne|nie )som v kancelárii'],
  ...['nepřítomnost( v kanceláři)?', 'neprítomnosť( v kancelárii)?', 'fuori (sede|ufficio)', "assente dall[’']ufficio"],
  ...['abwesenheit', 'nicht im büro'],
]

/** Ticket systems put their number in brackets before it. */
const automaticSubject = new RegExp(
  `^(\\[[^\\]]{1,80}\\] ?)?((${programWords.join('|')})( ?:|[!.]?$)|(${absenceWords.join('|')}) ?: ?\\S)`,
  'iu',
)

const automaticBeginning = new RegExp(`^(${[...programWords, ...absenceWords].join('|')})`, 'iu')

const bounceWords = [
  ...['undeliver(able|ed)\\b', 'returned mail\\b', 'return(ed)? to sender\\b', '(mail )?system error - returned mail'],
  ...['(warning: )?could not send (e-?mail|message)', '(message|mail) (could not be|not) delivered', 'mail failed\\b'],
  ...['(mail |message )?delivery (has )?(failed|failure|error|problem|delayed|status)\\b', 'non[- ]?delivery\\b'],
  ...['(permanent )?delivery failure\\b', 'failure (notice|delivery)\\b', 'delayed mail\\b', 'mail status report\\b'],
  ...['warning: message \\S+ delayed', 'warning: message delayed\\b', 'message (status|delivery) - undeliver'],
  ...['nedoručiteln[éáý]', 'nedoručená (zpráva|pošta)', 'nedoručiteľn[éáý]', 'nedoručená správa'],
  ...[
    'non recapitabile',
    'mancato recapito',
    'messaggio non recapitabile',
    'unzustellbar',
    'nicht zustellbar',
    'メールエラー通知',
  ],
]

const bounceSubject = new RegExp(`^(\\*+[a-z ]{1,20}\\*+ ?)?(${bounceWords.join('|')})`, 'iu')
