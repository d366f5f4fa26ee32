/** How Stalwart's parser writes down a letter. */
export type Letter = { html_body: number[]; text_body: number[]; attachments: number[]; parts: Part[] }

export type Part = { headers: { name: string | { other: string }; value: Value }[]; body: Body }

export type Body =
  | { Text: string }
  | { Html: string }
  | { Binary: number[] }
  | { InlineBinary: number[] }
  | { Message: Letter }
  | { Multipart: number[] }

export type Address = { name?: string | null; address?: string | null }

export type Value =
  | 'Empty'
  | { Text: string }
  | { TextList: string[] }
  | { Address: { List: Address[] } | { Group: { name: string | null; addresses: Address[] }[] } }
  | { DateTime: DateTime }
  | { ContentType: ContentType }

export type DateTime = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  tz_before_gmt: boolean
  tz_hour: number
  tz_minute: number
}

export type ContentType = {
  c_type: string
  c_subtype: string | null
  attributes: { name: string; value: string }[] | null
}
