const NAME = 'passeur_session'

/** The key of the session that a browser sends, if it has one. */
export const sessionKeyIn = (cookies: string | undefined): string | undefined => {
  for (const cookie of (cookies ?? '').split(';')) {
    const [name, value] = cookie.trim().split('=')
    if (name === NAME && value) return value
  }
  return undefined
}

/** HTTPS alone as soon as the public address is; unreadable by scripts; not sent by other sites, except for a link followed. */
const attributes = (publicUrl: string): string =>
  `Path=/; HttpOnly; SameSite=Lax${publicUrl.startsWith('https:') ? '; Secure' : ''}`

export const setSessionCookie = (key: string, publicUrl: string): string => `${NAME}=${key}; ${attributes(publicUrl)}`
export const clearSessionCookie = (publicUrl: string): string => `${NAME}=; Max-Age=0; ${attributes(publicUrl)}`
