import helmet from 'koa-helmet'
import type { Middleware } from 'koa'

const SELF = ["'self'"]
const NONE = ["'none'"]

/**
 * Headers that tell the browser to run nothing but our own files: no inline script, no frame, nothing from elsewhere.
 * Styles may be inline because the components of the interface place themselves that way.
 */
export const securityHeaders = (publicUrl: string): Middleware => {
  const https = publicUrl.startsWith('https:')
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: SELF,
        scriptSrc: SELF,
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: SELF,
        connectSrc: SELF,
        workerSrc: SELF,
        frameSrc: NONE,
        objectSrc: NONE,
        baseUri: NONE,
        formAction: SELF,
        frameAncestors: NONE,
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: https && { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  })
}
