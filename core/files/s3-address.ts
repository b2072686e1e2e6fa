import type { S3Settings } from '../volumes/s3/settings.ts'

/**
 * The address of an object store in one text: `https://KEY:SECRET@host/bucket/prefix?region=fr-par`. What a key or a secret holds of `/`, `+` or
 * `@` is percent-encoded; `&adressage=sous-domaine` when the bucket is in the name of the server. @returns nothing when it is not one
 */
export const s3SettingsOf = (text: string): S3Settings | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const [bucket = '', ...prefix] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
  const style = url.searchParams.get('adressage') ?? 'chemin'
  const known = [...url.searchParams.keys()].every(name => name === 'region' || name === 'adressage')
  if (!/^https?:$/u.test(url.protocol) || bucket === '' || url.username === '' || url.password === '') return undefined
  if (!known || !['chemin', 'sous-domaine'].includes(style)) return undefined
  return {
    adresse: url.origin,
    region: url.searchParams.get('region') ?? 'us-east-1',
    compartiment: bucket,
    prefixe: prefix.join('/'),
    cleAcces: decodeURIComponent(url.username),
    cleSecrete: decodeURIComponent(url.password),
    adressageParChemin: style === 'chemin',
    chiffrement: 'aucun',
    cleChiffrement: undefined,
    autorite: undefined,
  }
}
