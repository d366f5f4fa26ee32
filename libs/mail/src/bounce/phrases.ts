/**
 * Sentences of mail servers, in the languages our clients' providers write: that a letter was not delivered, that it is
 * still tried, that something passing lasted too long. Looked for in a line at a time, so that a long text costs no more
 * than its length.
 */

/** A server says that it did not deliver: the words, or undefined. */
export function refusalIn(words: string): string | undefined {
  return refusal.exec(words)?.[0].trim()
}

/** The server keeps the letter and goes on trying; its sender need do nothing yet. */
export function isStillTried(words: string): boolean {
  return stillTried.test(words)
}

/** The cause passes by itself, though this letter may have been given up meanwhile. */
export function isPassing(words: string): boolean {
  return isStillTried(words) || passing.test(words)
}

/** Whole words: `\b` knows no letters beyond ASCII. */
function anyOf(sentences: string[]): string {
  return `(?<![\\p{L}\\p{N}])(${sentences.join('|')})(?![\\p{L}\\p{N}])`
}

const refusals = {
  en: [
    "could ?n[o’']t (be delivered|deliver)|error delivering|invalid final delivery|transcript of session",
    'not (be|been) delivered|unable to deliver|undeliverable|did not reach|was not delivered|no such user',
    'user unknown|unknown user|unknown recipient|invalid user|mailbox is full|mailbox full|delivery failed',
    'delivery (to the following|has failed)|had (permanent|delivery) (fatal )?(errors?|problems?)|host unknown',
    'was rejected by',
  ],
  cs: [
    'neby(l|la|lo|ly) (možné )?(úspěšně )?doručen[aoyi]?|nepodařilo doručit|nelze doručit|doručení (se nezdařilo|selhalo)',
    'nebylo možné (\\S{1,30} ){0,4}doručit|neznámý (uživatel|příjemce|adresát)|(uživatel|příjemce|adresát|schránka) neexistuje',
    '(uživatele|příjemce|adresáta) neznáme|schránka je (pře)?plněná|schránka je (pře)?plná|nedoručiteln(á|é|ou|ý)',
  ],
  sk: [
    'neb(ol|ola|olo|oli) (možné )?(úspešne )?doručen[áéýaoiy]?|nepodarilo (sa )?doručiť|nie je možné doručiť|nemožno doručiť',
    'nebolo možné (\\S{1,30} ){0,4}doručiť|doručenie (sa nepodarilo|zlyhalo)|neznámy (používateľ|príjemca|adresát)',
    '(používateľ|príjemca|adresát|schránka) neexistuje|schránka je (pre)?plná|nedoručiteľn(á|é|ú|ý)',
  ],
  it: [
    '(non è stato|impossibile|non è) (possibile )?(recapitar|consegnar)[ei]|non è stat[oa] (recapitat|consegnat)[oa]',
    'recapito non (è )?riuscito|mancat[oa] (recapito|consegna)|non recapitabile|(utente|destinatario) (sconosciut|inesistent)[oe]',
    'casella (di posta |del destinatario )?(è )?piena',
  ],
  de: [
    '(konnte|konnten|kann|können) (leider )?(\\S{1,30} ){0,6}nicht (erfolgreich )?(zugestellt|übermittelt|ausgeliefert)',
    'nicht (zugestellt|ausgeliefert) werden|unzustellbar|nicht zustellbar|zustellung (ist )?fehlgeschlagen',
    'fehler bei der (nachrichten)?(zustellung|übermittlung)|(empfänger|benutzer|adressat) (ist )?(unbekannt|existiert nicht)',
    'unbekannter (empfänger|benutzer)|postfach (des empfängers )?(ist )?voll',
  ],
}

const refusal = new RegExp(
  `${anyOf(Object.values(refusals).flat())}|^[^\\p{L}\\p{N}\\n]{0,10}5[05]\\d[ -].{0,60}`,
  'imu',
)

const stillTried = new RegExp(
  anyOf([
    'will (be |continue to )?(try|retry|retried)|still being retried|(is|been|message|mail) delayed|warning message only',
    'will (be|keep) (re)?try(ing)?|(has|have) not (yet )?been delivered yet|no action is required',
    'doručení (\\S{1,30} ){0,3}(zpožděno|opožděno)|(je|bylo|byla) zpožděn[aoy]?|(budeme|bude) (se )?(\\S{1,30} ){0,3}(opakovat|zkoušet)|další pokusy?',
    'doručenie (\\S{1,30} ){0,3}(oneskorené|meškania)|(je|bolo|bola) oneskoren[áaé]|(budeme|bude) (sa )?(\\S{1,30} ){0,3}(opakovať|skúšať)|ďalšie pokusy',
    '(è|stata|stato) (ritardat|in ritardo)[oa]?|continuer(à|anno) (a |i )?(\\S{1,30} ){0,3}tentativ[io]|verr(à|anno) effettuat[oi] (nuov|altr|ulterior)i? ?(\\S{1,30} )?tentativ[io]',
    '(ist|wurde|wird) verzögert|noch nicht zugestellt|weitere zustell(ungs)?versuche|wird (weiterhin|weiter|erneut) versucht',
  ]),
  'iu',
)

const passing = new RegExp(
  anyOf([
    'only a temporary|temporarily|deferred|retry timeout exceeded|failing for a long time',
    'dočasn(á|é|ě|ou|ý)|dočasne|temporane(a|o|amente)|vorübergehend(e|er|es)?|zeitweilig',
  ]),
  'iu',
)
