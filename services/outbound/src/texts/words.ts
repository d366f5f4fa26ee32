import type { Language, TextKind } from '@podatelna/contracts'

/** What a text says before the subject. Short, as every letter costs; `number` is the ticket's. */
export const words: Record<Language, Record<TextKind, (number: string) => string>> = {
  cs: {
    ticket_opened: (number) => `Naléhavý požadavek ${number} je založen`,
    public_reply: (number) => `Nová odpověď na naléhavý požadavek ${number}`,
    solved: (number) => `Naléhavý požadavek ${number} je vyřešen`,
  },
  sk: {
    ticket_opened: (number) => `Naliehavá požiadavka ${number} je založená`,
    public_reply: (number) => `Nová odpoveď na naliehavú požiadavku ${number}`,
    solved: (number) => `Naliehavá požiadavka ${number} je vyriešená`,
  },
  it: {
    ticket_opened: (number) => `La richiesta urgente ${number} è aperta`,
    public_reply: (number) => `Nuova risposta alla richiesta urgente ${number}`,
    solved: (number) => `La richiesta urgente ${number} è risolta`,
  },
  en: {
    ticket_opened: (number) => `Urgent ticket ${number} is open`,
    public_reply: (number) => `New reply to urgent ticket ${number}`,
    solved: (number) => `Urgent ticket ${number} is solved`,
  },
  de: {
    ticket_opened: (number) => `Das dringende Ticket ${number} ist eröffnet`,
    public_reply: (number) => `Neue Antwort zum dringenden Ticket ${number}`,
    solved: (number) => `Das dringende Ticket ${number} ist gelöst`,
  },
}
