/** Which mail a contact gets, as they choose it themselves on the page of any of their tickets. */
import { ContactNotify, type Language } from '@podatelna/contracts'

export type PreferenceTexts = {
  mail: string
  /** What is chosen holds for every ticket; and what comes in any case. */
  mailHint: string
  mailChoices: Record<ContactNotify, string>
  chooseMail: string
  mailChosen: string
  noChoice: string
}

/** As radio buttons, the one that holds now checked. */
export function showPreference(now: ContactNotify, { mailChoices }: PreferenceTexts) {
  return ContactNotify.options.map((value) => ({ value, label: mailChoices[value], chosen: value === now }))
}

export const preferenceTexts: Record<Language, PreferenceTexts> = {
  en: {
    mail: 'Which e-mails you get',
    mailHint:
      'This holds for all your tickets. Whatever you choose, we always confirm that a ticket was opened for you, and answer at once what you ask for yourself, such as a new link. Everything else stays readable here.',
    mailChoices: {
      all: 'Everything, at once',
      mine: 'Only my own tickets, not those where I am in copy',
      digest_hourly: 'Everything together, at most once an hour',
      digest_daily: 'Everything together, once a day at 8 a.m.',
      answers: 'Only the answers of the support team, no news of progress',
    },
    chooseMail: 'Save the choice',
    mailChosen: 'Saved. From now on you will get e-mails this way.',
    noChoice: 'Please choose one of the options.',
  },
  cs: {
    mail: 'Které e-maily dostáváte',
    mailHint:
      'Platí pro všechny vaše požadavky. Ať zvolíte cokoli, vždy potvrdíme založení vašeho požadavku a hned odpovíme na to, oč sami požádáte, třeba o nový odkaz. Vše ostatní si můžete přečíst zde.',
    mailChoices: {
      all: 'Všechno a hned',
      mine: 'Jen k mým požadavkům, ne k těm, kde jsem v kopii',
      digest_hourly: 'Všechno pohromadě, nejvýše jednou za hodinu',
      digest_daily: 'Všechno pohromadě, jednou denně v 8 hodin ráno',
      answers: 'Jen odpovědi podpory, ne zprávy o průběhu',
    },
    chooseMail: 'Uložit volbu',
    mailChosen: 'Uloženo. Odteď budete e-maily dostávat takto.',
    noChoice: 'Vyberte prosím jednu z možností.',
  },
  sk: {
    mail: 'Ktoré e-maily dostávate',
    mailHint:
      'Platí pre všetky vaše požiadavky. Nech si vyberiete čokoľvek, vždy potvrdíme založenie vašej požiadavky a hneď odpovieme na to, o čo sami požiadate, napríklad o nový odkaz. Všetko ostatné si môžete prečítať tu.',
    mailChoices: {
      all: 'Všetko a hneď',
      mine: 'Len k mojim požiadavkám, nie k tým, kde som v kópii',
      digest_hourly: 'Všetko pohromade, najviac raz za hodinu',
      digest_daily: 'Všetko pohromade, raz denne o 8. hodine ráno',
      answers: 'Len odpovede podpory, nie správy o priebehu',
    },
    chooseMail: 'Uložiť voľbu',
    mailChosen: 'Uložené. Odteraz budete e-maily dostávať takto.',
    noChoice: 'Vyberte, prosím, jednu z možností.',
  },
  it: {
    mail: 'Quali e-mail riceve',
    mailHint:
      'Vale per tutte le Sue richieste. Qualunque cosa scelga, confermiamo sempre l’apertura di una Sua richiesta e rispondiamo subito a ciò che chiede Lei stesso, per esempio un nuovo collegamento. Tutto il resto si può leggere qui.',
    mailChoices: {
      all: 'Tutto e subito',
      mine: 'Solo le mie richieste, non quelle in cui sono in copia',
      digest_hourly: 'Tutto insieme, al massimo una volta all’ora',
      digest_daily: 'Tutto insieme, una volta al giorno alle 8 del mattino',
      answers: 'Solo le risposte dell’assistenza, senza gli aggiornamenti di stato',
    },
    chooseMail: 'Salva la scelta',
    mailChosen: 'Salvato. D’ora in poi riceverà le e-mail in questo modo.',
    noChoice: 'Scelga una delle opzioni.',
  },
  de: {
    mail: 'Welche E-Mails Sie erhalten',
    mailHint:
      'Das gilt für alle Ihre Tickets. Was Sie auch wählen: Wir bestätigen immer, dass ein Ticket für Sie eröffnet wurde, und beantworten sofort, worum Sie selbst bitten, etwa um einen neuen Link. Alles Übrige können Sie hier nachlesen.',
    mailChoices: {
      all: 'Alles und sofort',
      mine: 'Nur zu meinen eigenen Tickets, nicht zu denen, bei denen ich in Kopie bin',
      digest_hourly: 'Alles zusammen, höchstens einmal pro Stunde',
      digest_daily: 'Alles zusammen, einmal täglich um 8 Uhr morgens',
      answers: 'Nur Antworten des Supports, keine Meldungen zum Stand',
    },
    chooseMail: 'Auswahl speichern',
    mailChosen: 'Gespeichert. Ab jetzt erhalten Sie E-Mails auf diese Weise.',
    noChoice: 'Bitte wählen Sie eine der Möglichkeiten.',
  },
}
