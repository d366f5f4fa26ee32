import type { FastifyRequest } from 'fastify'

/**
 * True when a browser says that the request was made by a page of ours: by Sec-Fetch-Site, or by an Origin that is
 * PUBLIC_URL's or the address the request came to.
 */
export function isOurOrigin(request: FastifyRequest, publicUrl: string): boolean {
  const { origin, host } = request.headers
  if (request.headers['sec-fetch-site'] === 'same-origin') return true
  return origin !== undefined && [new URL(publicUrl).origin, `http://${host}`, `https://${host}`].includes(origin)
}

/** True when a browser says that another site made the request. Programs say nothing. */
export function isForeign(request: FastifyRequest, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'cross-site'
  const { origin } = request.headers
  return origin !== undefined && origin !== 'null' && !isOurOrigin(request, publicUrl)
}
