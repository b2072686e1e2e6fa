import DOMPurify from 'dompurify'
import { marked } from 'marked'

/** Tags of a help page. Images are left out: nothing is fetched from elsewhere. */
const TAGS = 'h2 h3 h4 h5 h6 p ul ol li a strong em code pre blockquote table thead tbody tr th td hr br'.split(' ')

/**
 * The HTML of a README, safe to insert: scripts, styles, images and dangerous addresses are removed whoever wrote it.
 * The first heading repeats the name of the connector, already shown above, and is dropped.
 */
export const markdownToHtml = (source: string): string => {
  const html = marked.parse(source.replace(/^\s*# .*\n/u, ''), { async: false, gfm: true })
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ['href', 'align'],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/iu,
  })
}
