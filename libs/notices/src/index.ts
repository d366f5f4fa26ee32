/** What the letters to clients and staff say: templates, and what they are told. */
export type { Body } from './blocks.ts'
export {
  type Earlier,
  type NoticeValues,
  type OpenStatus,
  type Reaction,
  type StaffTitles,
  samples,
} from './samples.ts'
export { loadTemplates, type Rendered, type Sender, type Templates } from './templates.ts'
