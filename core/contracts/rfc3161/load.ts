/**
 * Everything about RFC 3161 (`requestFor`, `writeRequest`, `readResponse`, `issueToken`, `verifyToken`…), loaded when first asked for:
 * the libraries of ASN.1 are long to load and few need them.
 */
export const rfc3161 = () => import('./index.ts')
