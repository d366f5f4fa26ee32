import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Circumstances, type Folded, fold } from './index.ts'

const jana = { author: { name: 'Jana Nováková', address: 'jana@acme.example' } }

test.each([
  ['Gmail, Czech', 'po 4. 3. 2024 v 10:12 odesílatel Podpora <podpora@desk.example> napsal:\n\n> Zkuste to znovu.'],
  ['Gmail, Slovak', 'po 4. 3. 2024 o 10:12 Podpora <podpora@desk.example> napísal(a):\n\n> Skúste to znova.'],
  ['Gmail, Italian', 'Il giorno lun 4 mar 2024 alle ore 10:12 Supporto <s@desk.example> ha scritto:\n\n> Riprovi.'],
  [
    'Gmail, German',
    'Am Mo., 4. März 2024 um 10:12 Uhr schrieb Support <\nsupport@desk.example>:\n\n> Versuchen Sie es.',
  ],
  ['Gmail, English', 'On Mon, Mar 4, 2024 at 10:12 AM Support <support@desk.example>\nwrote:\n\n> Try again.'],
  ['Thunderbird, Czech', 'Dne 04.03.24 v 10:12 Podpora napsal(a):\n> Zkuste to znovu.'],
  ['Thunderbird, Slovak', 'Dňa 4. 3. 2024 o 10:12 Podpora napísal(a):\n> Skúste to znova.'],
  ['Thunderbird, Italian', 'Il 04/03/24 10:12, Supporto ha scritto:\n> Riprovi.'],
  ['Thunderbird, German', 'Am 04.03.24 um 10:12 schrieb Support:\n> Versuchen Sie es noch einmal.'],
  ['Apple Mail, Czech', '> Dne 4. 3. 2024, v 10:12, Podpora <podpora@desk.example> napsal(a):\n>\n> Zkuste to.'],
  ['Apple Mail, Italian', '> Il giorno 4 mar 2024, alle ore 10:12, S <s@desk.example> ha scritto:\n>\n> Riprovi.'],
  [
    'an iPhone, German',
    'Am 04.03.2024 um 10:12 schrieb Support <support@desk.example>:\n\n﻿Versuchen Sie es noch einmal.',
  ],
  ['an iPhone, Czech', '4. 3. 2024 v 10:12, Podpora <podpora@desk.example>:\n\n> Zkuste to znovu.'],
  ['Roundcube, Czech', 'Dne 2024-03-04 10:12, Podpora napsal:\n> Zkuste to znovu.'],
  ['Horde', 'Zitat von Support <support@desk.example>:\n\n> Versuchen Sie es noch einmal.'],
  ['Zoho', '---- On Mon, 04 Mar 2024 10:12:00 +0100 Support <support@desk.example> wrote ----\n\nTry again.'],
  [
    'GMX',
    'Gesendet: Montag, 04. März 2024 um 10:12 Uhr\nVon: "S" <s@desk.example>\nAn: jana@acme.example\nBetreff: Netz\n\nX',
  ],
  [
    'Outlook, Czech',
    'Od: Podpora <p@desk.example>\nOdesláno: pondělí 4. března 2024 10:12\nKomu: Jana\nPředmět: Síť\n\nZkuste to.',
  ],
  ['Outlook, Slovak', 'Od: Podpora\nOdoslané: pondelok 4. marca 2024 10:12\nKomu: Jana\nPredmet: Sieť\n\nSkúste to.'],
  ['Outlook, Italian', 'Da: Supporto\nInviato: lunedì 4 marzo 2024 10:12\nA: Jana\nOggetto: Rete\n\nRiprovi.'],
  [
    'Outlook, German',
    '________________________________\nVon: Support\nGesendet: Montag, 4. März 2024 10:12\nAn: Jana\nBetreff: Netz\n\nX',
  ],
  [
    'Outlook, with asterisks',
    '*From:* Support\n*Sent:* Monday, March 4, 2024 10:12 AM\n*To:* Jana\n*Subject:* Network\n\nTry.',
  ],
  [
    'Outlook, old',
    '-----Původní zpráva-----\nOd: Podpora [mailto:p@desk.example]\nOdesláno: 4. března 2024 10:12\nKomu: Jana\n\nX',
  ],
  [
    'Seznam',
    '---------- Původní e-mail ----------\nOd: Podpora <p@desk.example>\nKomu: jana@acme.example\nDatum: 4. 3. 2024 10:12:00\nPředmět: Síť\nZkuste to.',
  ],
  [
    'Azet',
    '-------- Pôvodná správa --------\nOd: Podpora <p@desk.example>\nKomu: jana@acme.example\n\nSkúste to znova.',
  ],
])('what the letter answers is folded: %s', (_, history) => {
  const { visible_text, folded } = fold({ text: `Nefunguje to ani teď.\n\n${history}\n`, html: undefined })
  expect(visible_text).toBe('Nefunguje to ani teď.')
  expect(folded).toEqual([{ reason: 'history', text: history, at: 21 }])
})

test.each([
  'Odesláno z iPhonu',
  'Odesláno z mobilního zařízení Samsung.',
  'Odesláno z aplikace Seznam Email',
  'Odesláno z mého telefonu s Androidem pomocí pošty K-9 Mail. Omluvte prosím\nmoji stručnost.',
  'Získat Outlook pro Android',
  'Odoslané z iPhonu',
  'Odoslané z Yahoo Mail pre Android',
  'Získať Outlook pre iOS',
  'Inviato da iPhone',
  'Inviato dal mio Galaxy',
  'Ottieni Outlook per iOS',
  'Von meinem iPhone gesendet',
  'Gesendet mit der GMX Mail App',
  'Holen Sie sich Outlook für Android',
  'Sent from my iPhone',
  'Get Outlook for iOS<https://aka.ms/o0ukef>',
  'Sent from Yahoo Mail on Android',
  '-- \nJana Nováková\nvedoucí IT',
  '--\nJana Nováková\n\nAcme s.r.o.\nwww.acme.example',
  'S pozdravem\n\nJana Nováková\nAcme s.r.o.\ntel.: +420 777 123 456\nwww.acme.example',
  'S pozdravom,\nJana Nováková\n+421 905 123 456 | jana@acme.example',
  'Cordiali saluti\nJana Nováková\nTel. 02 1234567\nP.IVA 01234567890',
  'Mit freundlichen Grüßen\n\nJana Nováková\nAcme GmbH\nAmtsgericht München, HRB 12345\nwww.acme.example',
  'S pozdravem\nJana',
  'S pozdravom\nJana Nováková\nIT\n0905 123 456',
  'Jana Nováková\njana@acme.example\nwww.acme.example',
  '____________________________\nJana Nováková\nAcme s.r.o.',
])('a signature is folded: %j', (signature) => {
  const { visible_text, folded } = fold({ text: `Tiskárna netiskne.\n\n${signature}`, html: undefined, ...jana })
  expect(visible_text).toBe('Tiskárna netiskne.')
  expect(folded).toEqual([{ reason: 'signature', text: signature, at: 18 }])
})

test.each([
  'Tato zpráva a její přílohy jsou důvěrné a určené výhradně adresátovi. Pokud nejste zamýšleným\nadresátem, informujte prosím odesílatele a zprávu smažte.',
  'Táto správa je dôverná a určená výlučne adresátovi. Ak nie ste adresátom, informujte odosielateľa\na správu vymažte.',
  'AVVISO DI RISERVATEZZA\nIl presente messaggio è riservato ed è destinato esclusivamente al destinatario. Se ricevuto per errore,\nsi prega di cancellarlo e informare il mittente.',
  'Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail\nirrtümlich erhalten haben, informieren Sie bitte den Absender und vernichten Sie diese Mail.',
  'This e-mail is confidential and intended solely for the use of the addressee. If you are not the intended recipient,\nplease notify the sender and delete it.',
  'Please consider the environment before printing this e-mail.',
  'Zvažte prosím, zda je nutné tento e-mail tisknout.',
  'Neobsahuje viry. www.avast.com',
])('a disclaimer is folded: %j', (disclaimer) => {
  const { visible_text, folded } = fold({ text: `Tiskárna netiskne.\n\n${disclaimer}\n`, html: undefined })
  expect(visible_text).toBe('Tiskárna netiskne.')
  expect(folded).toEqual([{ reason: 'disclaimer', text: disclaimer, at: 18 }])
})

test('quote, signature and disclaimer are told apart, in order, and can be put together again', () => {
  const text =
    'Už to jde.\n\n-- \nJana\n\nDne 4. 3. 2024 v 10:12 Podpora napsal(a):\n> Jde to?\n\nBez virů. www.avast.com\n'
  const { visible_text, folded } = fold({ text, html: undefined })
  expect(visible_text).toBe('Už to jde.')
  expect(folded.map(({ reason }) => reason)).toEqual(['signature', 'history', 'disclaimer'])
  expect(folded.map(({ text }) => text).join('|')).toBe(
    '-- \nJana|Dne 4. 3. 2024 v 10:12 Podpora napsal(a):\n> Jde to?|Bez virů. www.avast.com',
  )
})

test('an answer below the quote is what the author wrote now', () => {
  const text = 'On 4 Mar 2024, at 10:12, Support wrote:\n> Does it work?\n\nYes, thank you.'
  expect(fold({ text, html: undefined })).toMatchObject({ visible_text: 'Yes, thank you.', folded: [{ at: 0 }] })
})

test('answers between the quotes stay visible, with the quotes; the last quote, which nobody answered, does not', () => {
  const text =
    'Dne 4. 3. 2024 v 10:12 Podpora napsal(a):\n> Kdy?\n\nZítra.\n\n> Kde?\n\nU nás.\n\n> S pozdravem\n> Podpora\n> Desk'
  const { visible_text, folded } = fold({ text, html: undefined })
  expect(visible_text).toBe('> Kdy?\n\nZítra.\n\n> Kde?\n\nU nás.')
  expect(folded.map(({ at }) => at)).toEqual([0, 30])
})

test('who is quoted stays visible when several people are', () => {
  const text =
    'Dne 4. 3. 2024 v 10:12 Petr napsal(a):\n> A?\n\nAno.\n\nDne 4. 3. 2024 v 11:00 Ivo napsal(a):\n> B?\n\nNe.'
  expect(fold({ text, html: undefined })).toMatchObject({ visible_text: text, folded: [] })
})

test.each([
  'Vepsal jsem odpovědi níže červeně.',
  'Moje odpovede sú nižšie v texte.',
  'Le mie risposte sono qui sotto in rosso.',
  'Meine Antworten stehen unten in rot.',
  'Please see my answers below.',
])('a letter that says its answers stand within the quote is shown whole: %j', (words) => {
  const text = `${words}\n\nFrom: Support\nSent: Monday, March 4, 2024 10:12 AM\nTo: Jana\nSubject: X\n\nWhen? Tomorrow.`
  expect(fold({ text, html: undefined })).toMatchObject({ visible_text: text, folded: [] })
})

const forwarded =
  'From: Petr <petr@other.example>\nDate: Mon, Mar 4, 2024 at 10:12 AM\nSubject: X\nTo: jana@acme.example\n\nHelp!'

test.each([
  ['Gmail', `---------- Forwarded message ---------\n${forwarded}`],
  ['Apple Mail', `Begin forwarded message:\n\n> ${forwarded.replaceAll('\n', '\n> ')}`],
  ['Apple Mail, quoted', `> Začátek přeposílané zprávy:\n>\n> ${forwarded.replaceAll('\n', '\n> ')}`],
  ['Thunderbird, Czech', `-------- Přeposlaná zpráva --------\n${forwarded}`],
  ['Thunderbird, German', `-------- Weitergeleitete Nachricht --------\n${forwarded}`],
])('what a letter forwards stays visible: %s', (_, rest) => {
  const text = `Prosím o vyřešení.\n\n${rest}`
  expect(fold({ text, html: undefined })).toMatchObject({ visible_text: text, folded: [] })
})

test.each(['Prosím o vyřešení, viz níže.', 'Je tohle podvod:', 'Bitte um Prüfung, siehe unten.', 'Vedi sotto.'])(
  'what the author points to stays visible: %j',
  (words) => {
    const text = `${words}\n\n${forwarded}`
    expect(fold({ text, html: undefined })).toMatchObject({ visible_text: text, folded: [] })
  },
)

test('Outlook forwards as it replies; the subject tells', () => {
  const text = `Prosím o vyřešení.\n\n${forwarded}`
  expect(fold({ text, html: undefined, subject: 'FW: X' }).visible_text).toBe(text)
  expect(fold({ text, html: undefined, subject: 'RE: FW: X' }).visible_text).toBe('Prosím o vyřešení.')
})

test('the signature above what is forwarded is folded', () => {
  const text = `Prosím o vyřešení.\n\nOdesláno z iPhonu\n\nBegin forwarded message:\n\n${forwarded}`
  expect(fold({ text, html: undefined }).folded).toEqual([{ reason: 'signature', text: 'Odesláno z iPhonu', at: 18 }])
})

test.each([
  ['only a quote', '> Kdy přijdete?'],
  ['only a signature', 'Odesláno z iPhonu'],
  [
    'an attribution with words that bear no mark',
    'On Mon, Mar 4, 2024 at 10:12 AM S <s@x.example> wrote:\n\nWhen? Now.',
  ],
  ['a retelling', 'Dne 4. 3. kolega napsal:\n\nNejde tiskárna. Prosím o opravu.'],
  ['a form', 'Nový dotaz z webu\n\nOd: Jana\nTelefon: 777\nPředmět: Tisk\n\nNejde tiskárna.'],
  [
    'pasted headers',
    'Toto nám přišlo:\n\nFrom: a@x.example\nTo: b@y.example\nDate: Mon, 4 Mar 2024 10:12:00 +0100\nMessage-ID: <1@x.example>\n\nCo s tím?',
  ],
  ['a shown excerpt', 'V logu je:\n> error 1\n> error 2\n> error 3'],
  ['a rule between two matters', 'Nejde tiskárna.\n\n----------\n\nA druhá věc: nejde internet.'],
  ['hyphens round an excerpt', 'Server hlásí:\n\n--\ndisk sda1 failed\n--\n\nProsím o pomoc.'],
  ['hyphens between two matters', 'Nejde tiskárna.\n--\nA prosím o nový toner.'],
  ['a table', 'Ceny:\n\n| a | b |\n|---|---|\n| 1 | 2 |'],
  ['a prompt', 'Zadal jsem:\n\nRouter> show version\nRouter> show run\nRouter> exit'],
  ['how something was sent', 'Balík byl odeslán.\n\nSent by courier yesterday'],
  ['whom to add', 'Přidejte prosím uživatele:\n\nPetr Malý\npetr@acme.example\n+420 777 123 456'],
  ['thanks by somebody we cannot know', 'Už to jde.\n\nDíky,\nPetr'],
  ['talk of confidence', 'Prosím smažte důvěrné soubory z přílohy a informujte odesílatele.'],
  ['something after the signature', 'Nejde síť.\n\n-- \nJana\n\nP.S. Zavolejte prosím.'],
])('low confidence folds nothing: %s', (_, text) => {
  expect(fold({ text, html: undefined, ...jana })).toEqual({ visible_text: text, folded: [], html: undefined })
})

test('of an answer that consists of a quote alone nothing is the author’s', () => {
  const text = '> On Mon, Mar 4, 2024 at 10:12 AM Support <s@desk.example> wrote:\n>\n> Try again.'
  expect(fold({ text, html: undefined })).toMatchObject({
    visible_text: '',
    folded: [{ reason: 'history', text, at: 0 }],
  })
})

test('beyond 64k lines nothing is folded', () => {
  const text = `Hi\n${'> x\n'.repeat(70_000)}`
  expect(fold({ text, html: undefined })).toMatchObject({ visible_text: text, folded: [] })
})

test('of any letter each character is visible or folded, in its place', () => {
  fc.assert(
    fc.property(
      fc.oneof(grammar, fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 })),
      (text) => {
        const { visible_text, folded } = fold({ text, html: undefined, ...jana })
        expect(squeezed(together(visible_text, folded))).toBe(squeezed(text))
      },
    ),
    { numRuns: 1000 },
  )
})

test('lines made to keep a reader busy cost no more than others', () => {
  const hostile = [
    'On 1/1/2024 '.repeat(50),
    'a@'.repeat(500),
    '<'.repeat(900),
    '-'.repeat(900),
    'x '.repeat(900),
    'Sent from my ',
    'wrote:',
  ]
  for (const line of hostile) {
    const text = Array.from({ length: 2000 }, () => line).join('\n')
    const { visible_text, folded } = fold({ text, html: undefined, ...jana } as Circumstances & {
      text: string
      html: undefined
    })
    expect(squeezed(together(visible_text, folded)).length).toBe(squeezed(text).length)
  }
})

const grammar = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '',
          '',
          'Dobrý den,',
          'nefunguje internet.',
          '> Kdy?',
          '>> Dnes',
          '>',
          '-- ',
          '--',
          '----------',
          '______________',
        ],
        ...[
          'Dne 4. 3. 2024 v 10:12 Petr napsal(a):',
          'On Mon, Mar 4, 2024 at 10:12 AM P <p@x.example>',
          'wrote:',
          '> wrote:',
        ],
        ...['-----Original Message-----', '---------- Forwarded message ---------', 'Begin forwarded message:'],
        ...[
          'From: Petr',
          'Sent: Monday, March 4, 2024 10:12',
          'To: Jana',
          'Subject: X',
          'Od: P',
          'Komu: J',
          'Datum: 4. 3. 2024',
        ],
        ...[
          'Odesláno z iPhonu',
          'S pozdravem',
          'Jana Nováková',
          'tel. +420 777 123 456',
          'www.acme.example',
          'jana@acme.example',
        ],
        ...[
          'If you are not the intended recipient, notify the sender and delete this confidential message now, please.',
        ],
        ...['Disclaimer:', '| a', 'AB> c', 'AB>', 'Odpovědi jsou níže', 'P.S. x', '  \t ', '\u00a0', '\u200b'],
      ),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 24 },
  )
  .chain((lines) => fc.constantFrom('\n', '\r\n', '\r').map((end) => lines.join(end)))

function together(visible: string, folded: Folded[]): string {
  let text = ''
  let at = 0
  for (const one of folded) {
    text += `${visible.slice(at, one.at)}\n${one.text}\n`
    at = one.at
  }
  return text + visible.slice(at)
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '')
}
