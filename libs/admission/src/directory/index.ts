/** Whom we receive for and who may write: the only writer of mailboxes, organizations, contacts and their addresses. */
export { changeContact, createContact, preferMail, removeContact } from './contacts.ts'
export { type Change, changeDirectory, type DirectoryProblem } from './directory.ts'
export { contactColumns, importContacts, readContact } from './import.ts'
export { changeMailbox, createMailbox, deleteMailbox, withAgents } from './mailboxes.ts'
export { changeOrganization, createOrganization, deleteOrganization } from './organizations.ts'
export { hashPassword, passwordFits, readablePassword } from './passwords.ts'
export { type Columns, type Row, readTable } from './table.ts'
export {
  noteFailedTemplate,
  removeTemplate,
  type StoredTemplate,
  saveTemplate,
  type TemplatePlace,
} from './templates.ts'
