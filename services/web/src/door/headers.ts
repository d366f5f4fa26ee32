import helmet from '@fastify/helmet'
import type { Web } from './web.ts'

/** Nothing runs, nothing comes from elsewhere, nothing is kept by caches in between. */
export async function securityHeaders(web: Web, publicUrl: string): Promise<void> {
  await web.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        // The HTML of a letter, which has a policy of its own; no other page may be framed.
        frameSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    hsts: publicUrl.startsWith('https:') && { maxAge: 31_536_000 },
    xFrameOptions: { action: 'deny' },
    // With no-referrer a browser sends `Origin: null` with our own forms, and we could not tell them from a stranger's.
    referrerPolicy: { policy: 'same-origin' },
  })
  web.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
}
