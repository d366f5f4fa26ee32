/**
 * An address as we store and compare it: lower case (rules §1), an internationalised domain as A-labels (RFC 5890
 * §2.3.2.1), so that `jana@příklad.cz` and `jana@xn--pklad-zsa96e.cz` are the same person.
 *
 * A domain that only looks alike stays as it is, and so is nobody we know: full-width letters, invisible characters and
 * whatever else a browser would quietly turn into another name.
 */
export function canonicalAddress(address: string): string {
  const written = address.normalize('NFC').toLowerCase()
  const at = written.lastIndexOf('@')
  const domain = written.slice(at + 1)
  if (at < 0 || !/[^\0-\x7f]/.test(domain) || !isPlain(domain)) return written
  const url = `http://${domain}/`
  return URL.canParse(url) ? `${written.slice(0, at)}@${new URL(url).hostname}` : written
}

function isPlain(domain: string): boolean {
  const letters = /^[\p{L}\p{M}\p{N}_.-]+$/u.test(domain) && !/\p{Default_Ignorable_Code_Point}/u.test(domain)
  return letters && domain === domain.normalize('NFKC').toLowerCase()
}
