import { z } from 'zod'

/** What SPF, DKIM, DMARC and ARC say about the author of one letter, as stored and as shown (rules §1.3-4). */
export const Verdict = z.object({
  /** The one address the letter claims to be from, lower case; absent when there is not exactly one. */
  author: z.string().optional(),
  verified: z.boolean(),
  /** One sentence for a person: why it is verified, or why not. */
  explanation: z.string(),
  spf: z.object({ result: z.string(), domain: z.string().optional(), aligned: z.boolean() }),
  dkim: z.array(
    z.object({
      result: z.string(),
      domain: z.string(),
      selector: z.string(),
      aligned: z.boolean(),
      whole_body: z.boolean(),
      comment: z.string().optional(),
    }),
  ),
  dmarc: z.object({ result: z.string(), policy: z.string().optional(), domain: z.string().optional() }),
  arc: z.object({ result: z.string(), sealer: z.string().optional() }),
})
export type Verdict = z.infer<typeof Verdict>
