/** Text without what lets its holder in: quoted notices have the links of those they were sent to. */
export function withoutSecretLinks(text: string): string {
  return text.replace(/\/(t|authorize)\/[\w-]{20,64}/g, '/$1/…')
}
