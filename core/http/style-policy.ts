import { createHash } from 'node:crypto'

/** The policy of a page rendered on the server: nothing runs, nothing comes from elsewhere, nothing is sent; this style, and links. */
export const stylePolicy = (style: string): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
