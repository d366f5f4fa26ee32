import { z } from 'zod'

/** What SPF, DKIM, DMARC and ARC say about the author of one letter, as stored and as shown (rules §1.3-4). */
export const Verdict = z.object({
  /** The one address the letter claims to be from, lower case; absent when there is not exactly one. */
  author: z.string().optional(),
  verified: z.boolean(),
  /** One sentence for a person: why it is verified, or why not. */
  explanation: z.string(),
  /** What a person might want to know besides, in sentences: signatures left out, a copy of an old letter. */
  notes: z.array(z.string()).optional(),
  spf: z.object({
    result: z.string(),
    domain: z.string().optional(),
    aligned: z.boolean(),
    comment: z.string().optional(),
  }),
  dkim: z.array(
    z.object({
      result: z.string(),
      domain: z.string(),
      selector: z.string(),
      aligned: z.boolean(),
      /** False when a part of the body follows that anybody may have written (`l=`). */
      whole_body: z.boolean(),
      /** Fields of the letter that it does not cover although it should: anybody may have written them. */
      unsigned: z.array(z.string()).optional(),
      signed_at: z.string().optional(),
      expires_at: z.string().optional(),
      comment: z.string().optional(),
    }),
  ),
  dmarc: z.object({ result: z.string(), policy: z.string().optional(), domain: z.string().optional() }),
  /** `sealers`, oldest first; `untrusted`: the seals hold, but we do not know the newest sealer. */
  arc: z.object({ result: z.string(), sealer: z.string().optional(), sealers: z.array(z.string()).optional() }),
})
export type Verdict = z.infer<typeof Verdict>
