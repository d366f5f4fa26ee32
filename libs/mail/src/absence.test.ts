import { describe, expect, test } from 'vitest'
import { absenceIn } from './absence.ts'

describe('somebody’s responder says, in its first words, that they are away:', () => {
  test.each([
    ['I am out of the office until 12 May. In urgent cases please contact Petr, petr@acme.test.'],
    [
      'Hello,\n\nThank you for your message. I am currently out of office with limited access to email.\n\nRegards\nJana',
    ],
    ['I will be on vacation from 1/5/2026 to 5/5/2026 and will reply to your message when I return.'],
    ["Hi,\nI'm on annual leave, back on Monday 4 May. For anything urgent call +420 2 1234 567."],
    ['This is an automatic reply. I am away from my desk until Thursday.'],
    ['I am on maternity leave. Your e-mail will not be forwarded; please write to office@acme.test.'],
    ['Dear sender,\n\nI am traveling and will get back to you as soon as I can.'],
    ['Jsem mimo kancelář do 5. 5. 2026. V naléhavých případech volejte Petra Nováka.'],
    ['Dobrý den,\n\nděkuji za Vaši zprávu. Do 12. května jsem na dovolené, odpovím po svém návratu.\n\nJana Nováková'],
    ['Dobrý den, v současné době čerpám dovolenou. Zastupuje mě kolega Petr, petr@acme.test.'],
    ['Momentálně nejsem v kanceláři, vrátím se v pondělí. V urgentních případech kontaktujte helpdesk.'],
    ['Jsem na sluzebni ceste od 1. do 3. cervna, k e-mailum mam omezeny pristup.'],
    ['Dobrý den, jsem na mateřské dovolené. Vaše zpráva nebude čtena, obraťte se prosím na office@acme.test.'],
    ['Od 1. 7. do 14. 7. nebudu k dispozici. Hezký den, Jana'],
    ['Momentálne som na dovolenke, vrátim sa 5. mája. V naliehavých prípadoch kontaktujte kolegu.'],
    ['Dobrý deň,\nďakujem za Vašu správu. Do piatka nie som v kancelárii.\nS pozdravom Jana'],
    ['Som mimo kancelárie do 12. 5. Počas mojej neprítomnosti ma zastupuje Peter.'],
    ['Aktuálne čerpám dovolenku, na Vašu správu odpoviem po návrate.'],
    ['Dobrý deň, som na služobnej ceste a mám obmedzený prístup k e-mailom.'],
    ['Budem nedostupná od 1. do 5. júna. Obráťte sa prosím na office@acme.test.'],
    ['Sono fuori ufficio fino al 12 maggio. Per urgenze contattare Marco Rossi.'],
    ['Buongiorno,\n\nla ringrazio per il messaggio. Sarò in ferie dal 1 al 15 agosto, risponderò al mio rientro.'],
    ['Gentile mittente, al momento non sono in ufficio. Rientrerò lunedì 4 maggio.'],
    ['Sono attualmente assente dall’ufficio. In mia assenza rivolgersi a ufficio@acme.test.'],
    ['Sono in maternità; il messaggio non sarà letto. Scrivere a ufficio@acme.test.'],
    ['Risposta automatica. Mi trovo in trasferta fino a venerdì.'],
    ['Ich bin bis 12.05.2026 nicht im Büro. In dringenden Fällen wenden Sie sich bitte an Herrn Novak.'],
    [
      'Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin bis einschließlich Freitag im Urlaub.\n\nMit freundlichen Grüßen',
    ],
    [
      'Sehr geehrte Damen und Herren,\nvom 1. bis 5. Mai bin ich nicht erreichbar. Ihre E-Mail wird nicht weitergeleitet.',
    ],
    ['Ich befinde mich derzeit in Elternzeit. Meine Vertretung ist Frau Huber.'],
    ['Leider bin ich zur Zeit auf Dienstreise und werde Ihre Nachricht nach meiner Rückkehr beantworten.'],
    ['Ich bin momentan außer Haus und ab dem 4.5. wieder für Sie da.'],
    ['(English below)\n\nIch bin bis 3.6. nicht im Haus.\n\nI am out of the office until June 3.'],
    ['Jsem mimo kancelář do pátku.\n\n> Dobrý den, můžete nám poslat fakturu?\n> Děkuji'],
    ['I am out of the office until Monday.\n\nOn 1 May 2026 Support <support@desk.test> wrote:\nCan you confirm?'],
  ])('%j', (words) => {
    expect(absenceIn(words)).toBeDefined()
  })

  test('and that is what it is known by', () => {
    expect(absenceIn('Dobrý den,\nDěkuji za zprávu. Momentálně jsem na dovolené do 5. 5. 2026.')).toBe(
      'jsem na dovolené',
    )
  })
})

describe('a person who mentions a holiday is no responder:', () => {
  test.each([
    ['I am out of the office until Monday, but the server is down and we need it. Please restart it.'],
    ['I am on holiday from 1/5. Could you finish the migration before then?'],
    ['When I am out of the office, my calls are not forwarded. It worked until Friday.'],
    ['Petr is on vacation until Monday, so I am writing to you. The printer stopped working.'],
    ['Since I am away until Thursday, please move the visit to Friday.'],
    ['I am on annual leave from 4 May; please send the invoice to Petr.'],
    ['Please set my out of office: “I am out of the office until 12 May, contact Petr.”'],
    ['Our automatic reply says “I am on holiday until Monday” although Jana is back.'],
    ['I was out of the office until yesterday and did not see your message. The line is still dead.'],
    ['My colleague will be out of the office until June. Remove her from the list, thank you.'],
    ['I am on holiday until Monday. The attached file shows the error.'],
    ['I will be away until 5 May, so please do not close the case.'],
    ['The users who are on vacation until Monday cannot log in.'],
    ['Jsem na dovolené do pátku, ale nefunguje nám pošta. Můžete se na to podívat?'],
    ['Od 1. 5. jsem na dovolené, potřebovala bych do té doby dořešit přístup pro Petra.'],
    ['Když jsem mimo kancelář, nejde mi VPN. Do pátku to šlo.'],
    ['Kolegyně je na dovolené do 5. 5., píšu proto za ni. Nejde tiskárna.'],
    ['Prosím nastavte mi automatickou odpověď: Jsem mimo kancelář do 5. 5., zastupuje mě Petr.'],
    ['Jsem nemocná do pátku, prosím přesuňte termín instalace na pondělí.'],
    ['Budu na dovolené od 1. 7., prosím o deaktivaci mého účtu po tu dobu.'],
    ['Po dovolené mi nefunguje heslo, vrátil jsem se v pondělí.'],
    ['Byl jsem na dovolené do pátku, omlouvám se za pozdní odpověď. Souhlasím s nabídkou.'],
    ['Zítra nejsem v kanceláři, takže technik může přijít až ve středu.'],
    ['V příloze posílám smlouvu. Jsem na dovolené do 5. 5., vrátím ji podepsanou potom.'],
    ['Som na dovolenke do piatka, môžete to prosím presunúť na pondelok?'],
    ['Od 1. 6. som na dovolenke, potrebujem dovtedy nový notebook.'],
    ['Keď som mimo kancelárie, nejde mi pošta v telefóne. Od 1. 5. sa to zhoršilo.'],
    ['Kolega je na dovolenke do 5. 5., píšem za neho. Nejde internet.'],
    ['Nebudem v kancelárii do stredy, prosím o presun termínu.'],
    ['Bola som na dovolenke do piatka, faktúru zasielam dnes.'],
    ['Nastavte mi prosím odpoveď: Som mimo kancelárie do 5. 5., zastupuje ma Peter.'],
    ['Som na dovolenke do pondelka, ale server nefunguje.'],
    ['Sono in ferie fino al 15 agosto, potete sistemare la stampante prima?'],
    ['Sono fuori ufficio fino a venerdì, quindi vi prego di spostare l’intervento a lunedì.'],
    ['Quando sono fuori ufficio la VPN non va. Fino a ieri funzionava.'],
    ['Il collega è in ferie fino al 20, scrivo io per lui. Il server non funziona.'],
    ['Sarò in vacanza dal 1 agosto; allego il contratto firmato.'],
    ['Ero in ferie fino a ieri, rispondo solo ora. Va bene il preventivo.'],
    ['Vorrei impostare la risposta: “Sono fuori ufficio fino al 12 maggio”.'],
    ['Sono assente fino a lunedì. Riavviate pure il server domani.\nPer favore controllate il backup.'],
    ['Ich bin bis Freitag im Urlaub, können Sie den Termin bitte auf Montag legen?'],
    ['Ich bin ab 1.6. in Elternzeit. Bitte richten Sie die Weiterleitung an Frau Huber ein.'],
    ['Wenn ich nicht im Büro bin, geht das VPN nicht. Bis gestern ging es.'],
    ['Mein Kollege ist bis Montag im Urlaub, deshalb schreibe ich. Der Drucker ist defekt.'],
    ['Ich bin bis 5.5. nicht im Büro, aber die Telefonanlage ist ausgefallen. Störung bitte beheben.'],
    ['Ich war bis gestern im Urlaub und antworte erst jetzt. Das Angebot ist in Ordnung.'],
    ['Bitte stellen Sie meine Abwesenheit ein: Ich bin bis 12.05. nicht im Büro.'],
    ['Anbei der Vertrag. Ich bin bis Montag im Urlaub und danach wieder erreichbar.'],
    ['I am on vacation.'],
    ['Jsem na dovolené.'],
    ['Everything works again, thank you. I am out of the office now.'],
  ])('%j', (words) => {
    expect(absenceIn(words)).toBeUndefined()
  })

  test('nor one who writes more than such notes have', () => {
    expect(absenceIn(`I am out of the office until Monday. ${'The story is long. '.repeat(100)}`)).toBeUndefined()
  })
})
