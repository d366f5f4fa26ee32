/** What mail programs put above a letter they quote whole or forward: a line of dashes with words, its From, To, Date. */
import { bare, type Line, tidy } from './lines.ts'

/** `-----Original Message-----`, in the languages of the programs that were seen. */
export function separator(line: Line): 'original' | 'forward' | undefined {
  if (line.text.length > 100 || !/[-—=*_:：]$/.test(line.text)) return undefined
  const text = line.text.replace(/^[*_ ]{1,9}|[*_ ]{1,9}$/g, '')
  const dashed = /^[-—=]{2,}(.{3,80}?)[-—=]{2,}$/.exec(text)?.[1]
  const words = bare(tidy(dashed ?? text).replace(/[:：]$/, ''))
  if (dashed === undefined) return forwardBegins.has(words) ? 'forward' : undefined
  if (originals.some((start) => words.startsWith(start))) return 'original'
  return forwards.some((start) => words.startsWith(start)) ? 'forward' : undefined
}

/** A line of nothing but dashes or underscores, as Outlook draws above the header of a quoted letter. */
export function isRule(line: Line): boolean {
  return line.hint === 'rule' || /^[_\-—=*]{3,200}$/.test(line.text)
}

/**
 * The end of the block of fields that begins at `from`, if there is one. From, date and recipient together are what
 * programs write; below a rule From and one more will do, and where structure says `header` any three of the kind.
 */
export function quotedHeaderEnd(lines: Line[], from: number, belowRule: boolean): number | undefined {
  if (!/^[^:：]{1,34}[:：]/.test(lines[from]!.text)) return undefined
  const anyLanguage = lines[from]!.hint === 'header'
  const fields = new Set<string>()
  let end = from
  let others = 0
  for (let at = from; at < lines.length && at - from < 60; at++) {
    const line = lines[at]!
    if (line.text === '' || line.depth !== lines[from]!.depth) break
    const field = fieldOf(line)
    if (field === 'technical') return undefined
    if (field) {
      // A second From is another header; a date without digits is not one.
      if (field === 'from' && fields.has('from')) break
      if (field === 'date' && !/\d/.test(line.text) && !/\d/.test(lines[at + 1]?.text ?? '')) break
      fields.add(field)
      end = at + 1
      others = 0
    } else if (at === from) {
      if (!anyLanguage || !/^[^:：]{1,24}[:：]/.test(line.text)) return undefined
      fields.add('unknown')
      end = at + 1
    } else if (anyLanguage && /^[^:：@/]{1,24}[:：] ?\S/.test(line.text)) {
      fields.add(`unknown ${at}`)
      end = at + 1
    } else if (!/[@;<]/.test(line.text) && ++others > 2) break
  }
  const whole = fields.has('from') && fields.has('date') && fields.has('to')
  const some = fields.has('from') && fields.size >= 2
  return whole || (belowRule && some) || (anyLanguage && (some || fields.size >= 3)) ? end : undefined
}

/** Whether the subject says that the letter is a forward: by the outermost of its prefixes. */
export function isForwardSubject(subject: string | undefined): boolean {
  return /^\s{0,9}(?:fwd?|wg|i|př|pd|rv|tr|enc|doorst|vb|vl|továbbítás|пересл)\s?:/iu.test(subject ?? '')
}

/** The field a line begins with: `*Von:* Jana`. Technical are those that no program quotes, only people who paste them. */
function fieldOf(line: Line): string | undefined {
  if (!known.has(line)) known.set(line, readField(line.text))
  return known.get(line)
}

/** A line is asked for once from each of the sixty above it. */
const known = new WeakMap<Line, string | undefined>()

function readField(text: string): string | undefined {
  const label = /^[*_ ]{0,4}([^:：]{1,30})[:：]/.exec(text)?.[1]
  if (label === undefined) return undefined
  return labels.get(bare(label.replace(/[*_]/g, '').trim()))
}

const fields = {
  from: `from od von da de fra från van от от_кого від lähettäjä 差出人 发件人 寄件者 寄件人 보낸_사람 보낸사람 kimden gönderen feladó expéditeur
    mittente odesílatel odosielateľ absender remetente nadawca`,
  date: `date sent datum odesláno odoslané gesendet inviato data data_invio envoyé date_d'envoi enviado enviado_el fecha verzonden
    sendt skickat dato wysłano data_wysłania отправлено дата надіслано lähetetty päivämäärä 日付 送信日時 日時 发送时间 发送日期 日期 寄件日期
    보낸_날짜 날짜 보낸시간 tarih gönderildi gönderme_tarihi elküldve dátum trimis`,
  to: `to komu pro pre an a à para aan til till do кому vastaanottaja 宛先 收件人 收件者 받는_사람 받는사람 kime alıcı címzett pour
    către destinatario`,
  cc: `cc bcc kopie kopia kópia copia cópia kopi копия копія dw`,
  subject: `subject předmět predmet betreff oggetto objet asunto assunto onderwerp emne ämne temat тема aihe 件名 主题 主旨 제목 konu tárgy
    subiect`,
  other: `reply-to risposta rispondi_a priorita priorität importance důležitost dôležitosť wichtigkeit priorità přílohy prílohy anlagen
    allegati attachments anhang anhänge antwort_an odpovědět odpovedať_komu`,
  technical: `received message-id mime-version content-type return-path dkim-signature authentication-results x-mailer x-spam-status
    delivered-to user-agent in-reply-to references list-id`,
}

const labels = new Map(
  Object.entries(fields).flatMap(([field, names]) =>
    names.split(/\s+/).map((name) => [bare(name.replaceAll('_', ' ')), field] as const),
  ),
)

const originals = [
  ...[
    'original message',
    'original e-mail',
    'original email',
    'original mail',
    'original appointment',
    'reply message',
  ],
  ...['původní zpráva', 'původní e-mail', 'původní email', 'pôvodná správa', 'pôvodný e-mail', 'pôvodný email'],
  ...[
    'messaggio originale',
    'messaggio originario',
    'ursprüngliche nachricht',
    'ursprüngliche mail',
    'originalnachricht',
  ],
  ...['original-nachricht', 'originalmeldung', "message d'origine", 'message original', 'message initial'],
  ...['mensaje original', 'mensagem original', 'oorspronkelijk bericht', 'originele bericht', 'oryginalna wiadomość'],
  ...['wiadomość oryginalna', 'исходное сообщение', 'оригинальное сообщение', 'первоначальное сообщение'],
  ...['ursprungligt meddelande', 'originalmeddelande', 'oprindelig meddelelse', 'original meddelelse'],
  ...[
    'opprinnelig melding',
    'alkuperäinen viesti',
    '原始邮件',
    '原始郵件',
    '原邮件',
    '元のメッセージ',
    '원본 메시지',
    '원본 메일',
  ],
  ...['orijinal mesaj', 'orjinal mesaj', 'eredeti üzenet', 'mesaj original', 'mesajul original', 'izvirno sporočilo'],
  ...['izvorna poruka', 'вихідне повідомлення', 'початкове повідомлення', 'missatge original'],
].map(bare)

const forwards = [
  ...['forwarded message', 'forwarded by', 'forwarded email', 'forwarded e-mail', 'forwarded letter', 'fwd message'],
  ...['přeposlaná zpráva', 'přeposlaný e-mail', 'přeposlaný email', 'předaná zpráva', 'preposlaná správa'],
  ...['preposlaný e-mail', 'preposlaný email', 'messaggio inoltrato', 'messaggio rinviato', 'weitergeleitete'],
  ...['message transféré', 'message transmis', 'message réexpédié', 'mensaje reenviado', 'mensagem encaminhada'],
  ...['mensagem reencaminhada', 'doorgestuurd bericht', 'przekazana wiadomość', 'wiadomość przekazana'],
  ...['treść przekazanej wiadomości', 'пересылаемое сообщение', 'пересланное сообщение', 'перенаправленное сообщение'],
  ...[
    'vidarebefordrat',
    'videresendt',
    'välitetty viesti',
    '转发',
    '轉寄',
    '転送',
    '전달된',
    'iletilen',
    'yönlendirilen',
  ],
  ...['továbbított', 'mesaj redirecționat', 'proslijeđena poruka', 'posredovano sporočilo', 'переслане повідомлення'],
].map(bare)

/** Apple's, which has no dashes. */
const forwardBegins = new Set(
  [
    ...[
      'begin forwarded message',
      'začátek přeposílané zprávy',
      'začátek přeposlané zprávy',
      'začiatok preposlanej správy',
    ],
    ...['začiatok preposielanej správy', 'inizio messaggio inoltrato', 'anfang der weitergeleiteten nachricht'],
    ...['anfang der weitergeleiteten e-mail', 'début du message réexpédié', 'début du message transféré'],
    ...['inicio del mensaje reenviado', 'begin doorgestuurd bericht', 'início da mensagem reencaminhada'],
    ...['início da mensagem encaminhada', 'początek przekazywanej wiadomości', 'początek przekazanej wiadomości'],
    ...['начало переадресованного сообщения', 'начало пересылаемого сообщения', 'vidarebefordrat brev'],
    ...[
      'start på videresendt besked',
      'videresendt melding',
      'välitetty viesti alkaa',
      '下面是被转发的邮件',
      '以下は転送メッセージです',
    ],
    ...[
      'továbbított levél kezdete',
      'початок переадресованого листа',
      'yönlendirilen ileti başlangıcı',
      '전달된 메시지',
    ],
  ].map(bare),
)
