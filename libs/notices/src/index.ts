/** What the letters to clients and staff say: templates, what they are told, and what those of a mailbox may do. */
export type { Body } from './blocks.ts'
export type { TemplateProblem } from './check.ts'
export { type Compiled, compile, type Template } from './compile.ts'
export { TemplateFault } from './fault.ts'
export {
  type Earlier,
  type NoticeValues,
  type OpenStatus,
  type Reaction,
  type StaffTitles,
  samples,
} from './samples.ts'
export { loadTemplates, type Rendered, type Sender, type Templates } from './templates.ts'
export { isUntitled, titleIn } from './title.ts'
export { checkTemplate } from './trial.ts'
export { type Value, type Values, valuesOf } from './values.ts'
