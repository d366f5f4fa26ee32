import type { Texts } from './texts.ts'

export const en: Texts = {
  title: 'Did you write this?',
  intro: (address) =>
    `We received mail in the name of ${address} and could not prove that it came from you. ` +
    'Nobody will act on it until you have decided.',
  until: (time) => `You can decide until ${time}.`,
  subject: 'Subject',
  received: 'Received',
  size: 'Size',
  server: 'Sent by the server',
  confirm: 'Yes, I wrote this',
  notMe: 'No, this was not me',
  waiting: 'Waiting for your decision',
  confirmed: 'You confirmed that you wrote this. It has been passed on to our staff.',
  with_staff:
    'You confirmed that you wrote this. This address may not write to us by itself at the moment, so our staff decide what happens next.',
  released: 'Our staff have taken this letter over and are dealing with it.',
  disowned: 'You told us that this was not you. The letter was refused and our staff know about it.',
  expired: 'Nobody confirmed this letter in time. Our staff have it and decide what to do with it.',
  already: 'This was decided earlier, and the earlier decision stands.',
  moved: 'We have sent you a newer link since. Please open that one: the letter is decided there.',
  nothingWaits: 'There is nothing left for you to decide.',
  unknownTitle: 'This link does not work',
  unknown:
    'Part of it may be missing. Please open it again straight from our mail; if you copied it, make sure you copied all of it.',
  expiredTitle: 'This link has expired',
  expiredPage: 'It could be used for three days. If you still need us, please write to us again.',
  foreignTitle: 'Nothing was decided',
  foreign: 'The request came from another website. Please open the link from our mail and press the button there.',
  whichTitle: 'Which letter?',
  which: 'We could not tell which letter you meant. Please go back and use the buttons below the letter.',
}

export const cs: Texts = {
  title: 'Napsali jste to vy?',
  intro: (address) =>
    `Přišel nám e-mail jménem adresy ${address}, ale nepodařilo se ověřit, že je opravdu od vás. ` +
    'Dokud se nevyjádříte, nikdo u nás ho nebude vyřizovat.',
  until: (time) => `Rozhodnout se můžete do ${time}.`,
  subject: 'Předmět',
  received: 'Doručeno',
  size: 'Velikost',
  server: 'Odeslal server',
  confirm: 'Ano, je to ode mě',
  notMe: 'Ne, není to ode mě',
  waiting: 'Čeká na vaše rozhodnutí',
  confirmed: 'Potvrdili jste, že je zpráva od vás. Předali jsme ji kolegům k vyřízení.',
  with_staff:
    'Potvrdili jste, že je zpráva od vás. Z této adresy k nám teď ale nelze psát přímo, o dalším postupu proto rozhodnou kolegové.',
  released: 'Zprávu převzali kolegové a vyřizují ji.',
  disowned: 'Sdělili jste nám, že zpráva není od vás. Odmítli jsme ji a kolegové o tom vědí.',
  expired: 'Zprávu nikdo včas nepotvrdil. Zůstala u nás a o dalším postupu rozhodnou kolegové.',
  already: 'O zprávě už bylo rozhodnuto dříve a toto rozhodnutí platí.',
  moved: 'Mezitím jsme vám poslali novější odkaz. Otevřete prosím ten, o zprávě se rozhoduje tam.',
  nothingWaits: 'Není už o čem rozhodovat.',
  unknownTitle: 'Tento odkaz nefunguje',
  unknown:
    'Možná z něj kousek chybí. Otevřete ho prosím znovu přímo z našeho e-mailu; pokud ho kopírujete, zkontrolujte, že je celý.',
  expiredTitle: 'Platnost odkazu vypršela',
  expiredPage: 'Odkaz platil tři dny. Pokud od nás stále něco potřebujete, napište nám prosím znovu.',
  foreignTitle: 'O ničem se nerozhodlo',
  foreign: 'Požadavek přišel z jiné webové stránky. Otevřete prosím odkaz z našeho e-mailu a tlačítko stiskněte tam.',
  whichTitle: 'Která zpráva?',
  which: 'Nepoznali jsme, kterou zprávu máte na mysli. Vraťte se prosím zpět a použijte tlačítka pod zprávou.',
}

export const sk: Texts = {
  title: 'Napísali ste to vy?',
  intro: (address) =>
    `Prišiel nám e-mail v mene adresy ${address}, ale nepodarilo sa overiť, že je naozaj od vás. ` +
    'Kým sa nevyjadríte, nikto u nás ho nebude vybavovať.',
  until: (time) => `Rozhodnúť sa môžete do ${time}.`,
  subject: 'Predmet',
  received: 'Doručené',
  size: 'Veľkosť',
  server: 'Odoslal server',
  confirm: 'Áno, je to odo mňa',
  notMe: 'Nie, nie je to odo mňa',
  waiting: 'Čaká na vaše rozhodnutie',
  confirmed: 'Potvrdili ste, že správa je od vás. Odovzdali sme ju kolegom na vybavenie.',
  with_staff:
    'Potvrdili ste, že správa je od vás. Z tejto adresy nám však teraz nemožno písať priamo, o ďalšom postupe preto rozhodnú kolegovia.',
  released: 'Správu prevzali kolegovia a vybavujú ju.',
  disowned: 'Oznámili ste nám, že správa nie je od vás. Odmietli sme ju a kolegovia o tom vedia.',
  expired: 'Správu nikto včas nepotvrdil. Zostala u nás a o ďalšom postupe rozhodnú kolegovia.',
  already: 'O správe sa rozhodlo už skôr a toto rozhodnutie platí.',
  moved: 'Medzitým sme vám poslali novší odkaz. Otvorte prosím ten, o správe sa rozhoduje tam.',
  nothingWaits: 'Už nie je o čom rozhodovať.',
  unknownTitle: 'Tento odkaz nefunguje',
  unknown:
    'Možno z neho kúsok chýba. Otvorte ho, prosím, znova priamo z nášho e-mailu; ak ho kopírujete, skontrolujte, či je celý.',
  expiredTitle: 'Platnosť odkazu vypršala',
  expiredPage: 'Odkaz platil tri dni. Ak od nás stále niečo potrebujete, napíšte nám, prosím, znova.',
  foreignTitle: 'O ničom sa nerozhodlo',
  foreign: 'Požiadavka prišla z inej webovej stránky. Otvorte, prosím, odkaz z nášho e-mailu a tlačidlo stlačte tam.',
  whichTitle: 'Ktorá správa?',
  which: 'Nevieme, ktorú správu máte na mysli. Vráťte sa, prosím, späť a použite tlačidlá pod správou.',
}

export const italian: Texts = {
  title: 'L’ha scritto Lei?',
  intro: (address) =>
    `Abbiamo ricevuto un messaggio a nome di ${address}, ma non siamo riusciti a verificare che provenga da Lei. ` +
    'Finché non ci dà una risposta, nessuno se ne occuperà.',
  until: (time) => `Può decidere fino al ${time}.`,
  subject: 'Oggetto',
  received: 'Ricevuto',
  size: 'Dimensione',
  server: 'Inviato dal server',
  confirm: 'Sì, l’ho scritto io',
  notMe: 'No, non l’ho scritto io',
  waiting: 'In attesa della Sua decisione',
  confirmed: 'Ha confermato di averlo scritto. Il messaggio è stato inoltrato ai nostri operatori.',
  with_staff:
    'Ha confermato di aver scritto questo messaggio. Al momento da questo indirizzo non è possibile scriverci direttamente, perciò deciderà il nostro personale.',
  released: 'Il nostro personale ha preso in carico il messaggio e se ne sta occupando.',
  disowned:
    'Ci ha comunicato di non averlo scritto. Il messaggio è stato respinto e i nostri operatori ne sono informati.',
  expired:
    'Nessuno ha confermato in tempo il messaggio. È rimasto presso di noi e saranno i nostri operatori a decidere.',
  already: 'La decisione è già stata presa in precedenza e resta valida.',
  moved: 'Nel frattempo le abbiamo inviato un link più recente. Apra quello: la decisione si prende lì.',
  nothingWaits: 'Non c’è più nulla da decidere.',
  unknownTitle: 'Questo link non funziona',
  unknown:
    'Forse ne manca una parte. Lo apra di nuovo direttamente dalla nostra e-mail; se lo copia, verifichi che sia completo.',
  expiredTitle: 'Questo link è scaduto',
  expiredPage: 'Era valido per tre giorni. Se ha ancora bisogno di noi, ci scriva di nuovo.',
  foreignTitle: 'Non è stato deciso nulla',
  foreign: 'La richiesta proveniva da un altro sito. Apra il link dalla nostra e-mail e prema lì il pulsante.',
  whichTitle: 'Quale messaggio?',
  which: 'Non abbiamo capito a quale messaggio si riferisce. Torni indietro e usi i pulsanti sotto il messaggio.',
}

export const de: Texts = {
  title: 'Haben Sie das geschrieben?',
  intro: (address) =>
    `Wir haben eine E-Mail im Namen von ${address} erhalten und konnten nicht nachweisen, dass sie von Ihnen stammt. ` +
    'Solange Sie nicht entschieden haben, bearbeitet sie bei uns niemand.',
  until: (time) => `Sie können bis ${time} entscheiden.`,
  subject: 'Betreff',
  received: 'Eingegangen',
  size: 'Größe',
  server: 'Gesendet vom Server',
  confirm: 'Ja, das ist von mir',
  notMe: 'Nein, das ist nicht von mir',
  waiting: 'Wartet auf Ihre Entscheidung',
  confirmed: 'Sie haben bestätigt, dass die Nachricht von Ihnen ist. Wir haben sie an unser Team weitergegeben.',
  with_staff:
    'Sie haben bestätigt, dass diese Nachricht von Ihnen ist. Von dieser Adresse kann uns derzeit nicht direkt geschrieben werden; über das Weitere entscheiden unsere Mitarbeiter.',
  released: 'Unsere Mitarbeiter haben diese Nachricht übernommen und kümmern sich darum.',
  disowned:
    'Sie haben uns mitgeteilt, dass Sie das nicht waren. Wir haben die Nachricht abgelehnt, unser Team weiß Bescheid.',
  expired:
    'Die Nachricht wurde nicht rechtzeitig bestätigt. Sie liegt bei uns; unser Team entscheidet, wie es weitergeht.',
  already: 'Darüber wurde schon früher entschieden, und dabei bleibt es.',
  moved:
    'Wir haben Ihnen inzwischen einen neueren Link geschickt. Bitte öffnen Sie diesen, dort wird über die Nachricht entschieden.',
  nothingWaits: 'Es gibt für Sie nichts mehr zu entscheiden.',
  unknownTitle: 'Dieser Link funktioniert nicht',
  unknown:
    'Vielleicht fehlt ein Teil davon. Bitte öffnen Sie ihn noch einmal direkt aus unserer E-Mail; wenn Sie ihn kopieren, achten Sie darauf, dass er vollständig ist.',
  expiredTitle: 'Dieser Link ist abgelaufen',
  expiredPage: 'Er galt drei Tage. Wenn Sie uns noch brauchen, schreiben Sie uns bitte erneut.',
  foreignTitle: 'Es wurde nichts entschieden',
  foreign:
    'Die Anfrage kam von einer anderen Website. Bitte öffnen Sie den Link aus unserer E-Mail und klicken Sie dort auf die Schaltfläche.',
  whichTitle: 'Welche Nachricht?',
  which:
    'Wir konnten nicht erkennen, welche Nachricht Sie meinen. Bitte gehen Sie zurück und benutzen Sie die Schaltflächen unter der Nachricht.',
}
