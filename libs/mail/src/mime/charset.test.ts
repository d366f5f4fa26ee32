import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { decodeText, htmlCharset } from './charset.ts'
import { charsetOf } from './labels.ts'

const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex')

describe('labels as they are found', () => {
  test.each([
    ['"UTF-8"', 'utf-8'],
    ["'utf8'", 'utf-8'],
    ['charset=UTF-8;', 'utf-8'],
    ['unicode-1-1-utf-7', 'utf-7'],
    ['ISO_8859-1:1987', 'windows-1252'],
    ['iso8859-2', 'iso-8859-2'],
    ['latin2', 'iso-8859-2'],
    ['8859-15', 'iso-8859-15'],
    ['iso-8859-11', 'windows-874'],
    ['ISO-8859-8-I', 'iso-8859-8'],
    ['cp-1250', 'windows-1250'],
    ['x-cp1250', 'windows-1250'],
    ['win-1251', 'windows-1251'],
    ['ansi_1252', 'windows-1252'],
    ['ibm852', 'cp852'],
    ['koi8_r', 'koi8-r'],
    ['x-mac-ce', 'maccenteuro'],
    ['x-mac-roman', 'macintosh'],
    ['x-gbk', 'gb18030'],
    ['csGB2312', 'gb18030'],
    ['ks_c_5601-1987', 'euc-kr'],
    ['x-windows-949', 'euc-kr'],
    ['big5-hkscs', 'big5'],
    ['cp932', 'shift_jis'],
    ['x-sjis', 'shift_jis'],
    ['cp51932', 'euc-jp'],
    ['iso-2022-jp-ms', 'iso-2022-jp'],
    ['cp50220', 'iso-2022-jp'],
    ['TIS-620', 'windows-874'],
    ['tcvn-5712', 'tcvn'],
    ['viscii', 'viscii'],
    ['ANSI_X3.4-1968', 'us-ascii'],
    ['x-unknown', undefined],
    ['unknown-8bit', undefined],
    ['x-user-defined', undefined],
    ['base64', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['', undefined],
  ])('%s is %s', (label, charset) => {
    expect(charsetOf(label)).toBe(charset)
  })
})

describe('text in a character set, labelled so, comes back', () => {
  const czech = 'aábcčdďeéěfghiíjklmnňoópqrřsštťuúůvwxyýzžAÁBCČDĎEÉĚŘŠŤŮŽ „“–…€ ,.\n'
  const repertoires: [string, string, string][] = [
    ['windows-1250', 'cp1250', czech],
    ['iso-8859-2', 'iso-8859-2', 'aábcčdďeéěíľĺňóôŕřšťúůýžÁČĎÉĚŘŠŤŮŽ ,.\n'],
    ['windows-1252', 'cp1252', 'abcdeàèéìòùäöüßñçâêîôûœ€„“”’–ÄÖÜÀÈ ,.\n'],
    ['iso-8859-15', 'iso-8859-15', 'abcdeàèéìòùäöüßçâêîôûœ€ÄÖÜ ,.\n'],
    ['windows-1251', 'cp1251', 'абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГД ,.\n'],
    ['koi8-r', 'koi8-r', 'абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГД ,.\n'],
    ['koi8-u', 'koi8-u', 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГД ,.\n'],
    ['iso-8859-5', 'iso-8859-5', 'абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГД ,.\n'],
    ['iso-8859-7', 'iso-8859-7', 'αβγδεζηθικλμνξοπρστυφχψωάέήίόύώςΑΒΓ ,.\n'],
    ['windows-1253', 'cp1253', 'αβγδεζηθικλμνξοπρστυφχψωάέήίόύώςΑΒΓ€“” ,.\n'],
    ['iso-8859-8-i', 'iso-8859-8', 'אבגדהוזחטיכלמנסעפצקרשתםןךףץ ,.\n'],
    ['windows-1254', 'cp1254', 'abcçdefgğhıijklmnoöprsştuüvyzİŞĞ ,.\n'],
    ['windows-1256', 'cp1256', 'ابتثجحخدذرزسشصضطظعغفقكلمنهويءةى، .\n'],
    ['windows-1257', 'cp1257', 'aąbcčdeęėfghiįyjklmnoprsštuųūvzžāēģķļņ ,.\n'],
    ['windows-874', 'cp874', 'กขคงจฉชซญดตถทนบปผพฟมยรลวสหอะาิีึืุูเแโใไ่้์ .\n'],
    ['gb2312', 'gb18030', '的一是不了在人有我他这中大来上国个到说，。 abc\n'],
    ['gb18030', 'gb18030', '的一是不了在人有我他㐀䶿𠀀，。 abc\n'],
    ['big5', 'big5-hkscs', '的一是不了在人有我他這中大來上國個到說，。 abc\n'],
    ['euc-kr', 'cp949', '이다는을의에가하고지한를똠뷁갂각 .abc\n'],
    ['shift_jis', 'shift_jis', 'のにはをたがでと日本語漢字カタカナ①髙。、 abc\n'],
    ['euc-jp', 'euc-jp', 'のにはをたがでと日本語漢字カタカナ①。、 abc\n'],
    ['utf-16', 'utf-16', 'žluťoučký kůň 漢字 😀\n'],
    ['utf-16be', 'utf-16be', 'žluťoučký kůň 漢字 😀\n'],
    ['utf-32', 'utf-32', 'žluťoučký kůň 漢字 😀\n'],
    ['utf-7', 'utf-7', 'žluťoučký kůň 漢字 😀 + - ~\\\n'],
    ['tcvn', 'tcvn', 'aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ\n'],
    ['viscii', 'viscii', 'aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ\n'],
    ['cp852', 'cp852', czech.replaceAll(/[„“–…€]/g, '')],
  ]
  test.each(repertoires)('%s', (label, encoding, repertoire) => {
    const letters = fc.constantFrom(...repertoire)
    // Where letters with the high bit are rare, many in a row are no language, and taken for another character set.
    const between = /^[a-z]/.test(repertoire) ? 'n' : ''
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), (chars) => {
        const text = `${chars.join(between)}\n`
        expect(decodeText(iconv.encode(text, encoding), label).text).toBe(text)
      }),
      { numRuns: 300, seed: 1 },
    )
  })
})

test('any bytes and any label give well-formed text without NUL', () => {
  const label = fc.oneof(
    fc.string(),
    fc.constantFrom('utf-8', 'utf-16', 'utf-32', 'utf-7', 'gbk', 'big5', 'iso-2022-jp', 'iso-2022-kr', 'hz-gb-2312'),
    fc.constant(undefined),
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(0x1b, 0x24, 0x28, 0x42, 0x0e, 0x0f, 0x4e, 0x7e, 0x7b, 0x7d, 0x41, 0x80, 0xe9, 0x0a, 0)),
  )
  fc.assert(
    fc.property(bytes, label, fc.option(fc.string(), { nil: undefined }), (raw, said, otherwise) => {
      const { text, charset } = decodeText(Buffer.from(raw), said, { otherwise })
      expect(text.isWellFormed()).toBe(true)
      expect(text).not.toContain('\0')
      expect(charset).not.toBe('')
    }),
    { numRuns: 3000 },
  )
})

describe('text without a label is read in the character set it is in', () => {
  const letters = {
    Czech: [
      'Dobrý den, od rána nám nejde internet v celé kanceláři. Restartovali jsme router i přepínač, ale nepomohlo to. Můžete se na to prosím podívat ještě dnes? Šéf čeká na důležitý hovor. S pozdravem Žaneta Dvořáková',
      'Přeji hezký den, faktura č. 2024/118 přišla dvakrát, částka je špatně. Děkuji za opravu.',
      'Tiskárna ve třetím patře hlásí chybu, papír je vložený.',
    ],
    Slovak: [
      'Dobrý deň, od včera nám nefunguje pošta na žiadnom počítači. Skúšali sme zmeniť heslo, ale stále to hlási chybu. Môžete sa na to pozrieť čo najskôr? Ďakujem, Ľubomír Kováč',
      'Prosím o zrušenie služby k prvému júnu, zmluvu posielam v prílohe. Želám pekný deň.',
      'Vŕta mi v hlave, prečo telefón odmieta ďalší účet, veľmi to súri.',
    ],
    Italian: [
      'Buongiorno, da stamattina la linea è caduta e non riusciamo più a telefonare. Abbiamo già riavviato il router però non è servito a niente. È urgente perché la nostra attività è ferma. Cordiali saluti, Niccolò',
      'La fattura di lunedì non è corretta: l’importo è più alto di quanto pattuito. Potete verificare? Così non può andare.',
      'Il servizio sarà attivo da martedì? Qui la qualità è pessima.',
    ],
    German: [
      'Guten Tag, seit heute früh können wir keine E-Mails mehr empfangen. Das Gerät wurde schon zweimal neu gestartet, leider ohne Erfolg. Könnten Sie bitte prüfen, ob es eine Störung gibt? Mit freundlichen Grüßen, Jürgen Weiß',
      'Die Rechnung für März enthält einen Fehler, bitte ändern Sie die Straße in „Lößnitzweg“.',
      'Der Zähler läuft rückwärts.',
    ],
  }
  const sets = {
    Czech: ['cp1250', 'iso-8859-2', 'utf-8'],
    Slovak: ['cp1250', 'iso-8859-2', 'utf-8'],
    Italian: ['cp1252', 'iso-8859-1', 'utf-8'],
    German: ['cp1252', 'iso-8859-1', 'utf-8'],
  }
  const cases = (Object.keys(letters) as (keyof typeof letters)[]).flatMap((language) =>
    sets[language].map((set) => [language, set] as const),
  )
  test.each(cases)('%s in %s', (language, set) => {
    for (const written of letters[language]) {
      const text = set === 'iso-8859-1' ? written.replaceAll('’', "'").replaceAll(/[„“]/g, '"') : written
      for (const label of [undefined, 'us-ascii', 'utf-8', 'unknown-8bit']) {
        expect(decodeText(iconv.encode(text, set), label).text).toBe(text)
      }
    }
  })

  test.each(cases)('%s in %s that is said to be iso-8859-1', (language, set) => {
    const long = letters[language][0]!
    const text = set === 'iso-8859-1' ? long.replaceAll('’', "'") : long
    expect(decodeText(iconv.encode(text, set), 'iso-8859-1').text).toBe(text)
  })

  test.each([
    ['windows-1251', 'Здравствуйте, со вчерашнего дня у нас не работает почта.'],
    ['koi8-r', 'Здравствуйте, со вчерашнего дня у нас не работает почта.'],
    ['koi8-u', 'Добрий день, від ранку в нас не працює інтернет, перевірте її.'],
    ['iso-8859-7', 'Καλημέρα, από χθες δεν λειτουργεί το ταχυδρομείο μας.'],
    ['windows-1255', 'שלום, מאתמול הדואר שלנו לא עובד, אנא בדקו.'],
    ['windows-1256', 'مرحبا، البريد لا يعمل منذ أمس، نرجو المساعدة.'],
    ['windows-874', 'สวัสดีครับ อีเมลใช้งานไม่ได้ตั้งแต่เมื่อวาน'],
    ['gb18030', '您好，从昨天开始我们的邮件无法使用，请检查。'],
    ['big5', '您好，從昨天開始我們的郵件無法使用，請檢查。'],
    ['euc-kr', '안녕하세요, 어제부터 메일이 작동하지 않습니다.'],
    ['shift_jis', 'お世話になっております。昨日からメールが使えません。'],
    ['euc-jp', 'お世話になっております。昨日からメールが使えません。'],
    ['windows-1254', 'Merhaba, dünden beri e-posta çalışmıyor, lütfen kontrol eder misiniz? Teşekkürler, Oğuz'],
    ['windows-1250', 'Dzień dobry, od wczoraj nie działa nam poczta, proszę o sprawdzenie łącza.'],
    ['windows-1250', 'Jó napot, tegnap óta nem működik a levelezés, kérjük, ellenőrizzék.'],
    ['windows-1252', 'Bonjour, depuis hier notre messagerie ne marche plus, ça devient très gênant.'],
  ])('%s: %s', (charset, text) => {
    const encoding = charset === 'big5' ? 'big5-hkscs' : charset
    expect(decodeText(iconv.encode(text, encoding), undefined).text).toBe(text)
  })
})

test('what the text says of itself counts more than the label', () => {
  const text = 'žluťoučký kůň'
  const utf8 = Buffer.from(text)
  for (const label of ['iso-8859-1', 'windows-1250', 'us-ascii', 'gb2312', 'shift_jis', 'koi8-r', 'utf-16', 'x']) {
    expect(decodeText(utf8, label)).toMatchObject({ text, charset: 'utf-8' })
  }
  expect(decodeText(hex('ffe4 0000'), 'utf-16').charset).toBe('utf-16')
  expect(decodeText(hex('fffe 7e01'), 'iso-8859-1')).toMatchObject({ text: 'ž', charset: 'utf-16le' })
  expect(decodeText(hex('efbbbf c5be'), 'windows-1252')).toMatchObject({ text: 'ž', charset: 'utf-8' })
  expect(decodeText(hex('1b2442 2422 1b2842'), 'us-ascii')).toMatchObject({ text: 'あ', charset: 'iso-2022-jp' })
  expect(decodeText(Buffer.from('caf\u00e9', 'utf16le'), undefined).text).toBe('café')
})

test('a few characters of Chinese or Russian are no UTF-8 by chance', () => {
  expect(decodeText(iconv.encode('пёс', 'koi8-r'), 'koi8-r').text).toBe('пёс')
  expect(decodeText(iconv.encode('联通', 'gb18030'), 'gb2312').text).toBe('联通')
})

test('a wrong label is told in plain words, and so is what was lost', () => {
  const czech = iconv.encode('Příliš žluťoučký kůň úpěl ďábelské ódy.', 'cp1250')
  expect(decodeText(czech, 'iso-8859-1').warning).toBe(
    'The text says that it is in iso-8859-1, but it is in windows-1250.',
  )
  expect(decodeText(czech, undefined).warning).toBe(
    'The text does not say its character set; it is read as windows-1250.',
  )
  expect(decodeText(czech, '\u202estrange\n').warning).toBe(
    'The character set “strange” is not known; the text is read as windows-1250.',
  )
  expect(decodeText(hex('41 1b2442 2428 212f 2921 1b2842'), 'iso-2022-jp').warning).toBe(
    'Some characters of the text could not be read.',
  )
  for (const label of ['utf-8', 'us-ascii', 'strange', undefined]) {
    expect(decodeText(Buffer.from('plain'), label).warning).toBeUndefined()
  }
  expect(decodeText(Buffer.from('ž'), undefined).warning).toBeUndefined()
})

test('UTF-8 with a broken character, or cut off, stays UTF-8', () => {
  expect(decodeText(hex('c5be6c75c5a5 ff c5be'), 'utf-8').text).toBe('žluť\ufffdž')
  expect(decodeText(hex('c5be6c75c5a5 f09f98'), 'utf-8')).toEqual({ text: 'žluť', charset: 'utf-8' })
  expect(decodeText(iconv.encode('漢字', 'shift_jis').subarray(0, 3), 'shift_jis').text).toBe('漢')
})

test('a character that a server broke when it broke a long line is put together', () => {
  const text = 'přespříliš '.repeat(50)
  const bytes = Buffer.from(text)
  const cut = bytes.indexOf('ř', 300) + 1
  const broken = Buffer.concat([bytes.subarray(0, cut), Buffer.from('\r\n'), bytes.subarray(cut)])
  expect(decodeText(broken, 'utf-8')).toEqual({ text, charset: 'utf-8' })
})

test('a footer of another character set is read in its own', () => {
  const letter = Buffer.concat([
    Buffer.from('Dobrý den, příliš žluťoučký kůň.\n'),
    iconv.encode('Tato zpráva může obsahovat důvěrné údaje, šiřte ji s rozvahou.\n', 'cp1250'),
  ])
  expect(decodeText(letter, 'utf-8')).toEqual({
    text: 'Dobrý den, příliš žluťoučký kůň.\nTato zpráva může obsahovat důvěrné údaje, šiřte ji s rozvahou.\n',
    charset: 'utf-8',
    warning: 'Some lines of the text are not in utf-8, but in windows-1250.',
  })
})

test('iso-8859-2 with the quotes and carons of Windows is windows-1250, and the other way round', () => {
  const text = 'Šéf říká, že „to nešlo“ a že žádá ještě šest židlí.'
  expect(decodeText(iconv.encode(text, 'cp1250'), 'iso-8859-2').text).toBe(text)
  const plain = text.replaceAll(/[„“]/g, '"')
  expect(decodeText(iconv.encode(plain, 'iso-8859-2'), 'windows-1250').text).toBe(plain)
})

test('the variants of ISO-2022 are read by one reader', () => {
  const read = (bytes: string, label?: string) => decodeText(hex(bytes), label).text
  expect(read('1b2442 2422 1b284a 5c 1b2842 5c')).toBe('あ¥\\')
  expect(read('1b2849 3132 1b2842', 'iso-2022-jp')).toBe('ｱｲ')
  expect(read('1b2442 2d21 1b2842')).toBe('①')
  expect(read('1b242844 2238 1b2842 41', 'iso-2022-jp-1')).toBe('΄A')
  expect(read('1b2441 3021 1b2842', 'iso-2022-jp-2')).toBe('啊')
  expect(read('1b242843 3021 1b2842', 'iso-2022-jp-2')).toBe('가')
  expect(read('1b2e41 1b4e 69', 'iso-2022-jp-2')).toBe('é')
  expect(read('1b242943 0a 0e 3021 0f 41', 'iso-2022-kr')).toBe('\n가A')
  expect(read('1b242941 0e 3021 0f 41', 'iso-2022-cn')).toBe('啊A')
  expect(read('1b2442 2422 0a 41', 'iso-2022-jp')).toBe('あ\nA')
  expect(read('b1b2', 'iso-2022-jp')).not.toContain('\0')
  expect(decodeText(Buffer.from('~{0!~} ~~ A~\nB'), 'hz-gb-2312').text).toBe('啊 ~ AB')
})

test('the character set in <meta> is asked when there is no label', () => {
  const html = iconv.encode('<meta charset=iso-8859-2><p>už</p>', 'iso-8859-2')
  expect(htmlCharset(html)).toBe('iso-8859-2')
  expect(decodeText(html, undefined, { otherwise: htmlCharset(html) }).text).toContain('už')
  expect(htmlCharset(Buffer.from('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'))).toBe(
    'koi8-r',
  )
  expect(htmlCharset(Buffer.from('<p>charset=koi8-r'))).toBeUndefined()
})
