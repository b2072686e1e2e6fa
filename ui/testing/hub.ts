import { JSDOM } from 'jsdom'
import { createApp, type App } from 'vue'
import { startFakeServer, type FakeServer } from './fake/server.ts'
import { apiState } from '../src/api/http.ts'

/**
 * What a browser on this site does and the test's page does not: addresses relative to the site, the cookie of the session,
 * and requests of the same origin.
 * @returns what puts everything back
 */
const asBrowserAt = (url: string): (() => void) => {
  const cookie = 'passeur_session=fake'
  const { window } = new JSDOM('', { url })
  window.document.cookie = cookie
  const { fetch, XMLHttpRequest, File } = globalThis
  const atSite: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('cookie', cookie)
    return fetch(new URL(String(input), url), { ...init, headers })
  }
  Object.assign(globalThis, { fetch: atSite, XMLHttpRequest: window.XMLHttpRequest, File: window.File })
  return () => Object.assign(globalThis, { fetch, XMLHttpRequest, File })
}

/** The fake hub with an agent signed in, over real sockets, for what runs in a DOM. */
export const signedInHub = async (): Promise<FakeServer> => {
  const hub = await startFakeServer({ pace: 20 })
  apiState.csrf = 'jeton-csrf'
  const restore = asBrowserAt(hub.url)
  return { ...hub, close: () => (restore(), hub.close()) }
}

/** Runs a composable inside an application, as a component would. */
export const within = <T>(composable: () => T): { readonly result: T; readonly app: App } => {
  let result: T | undefined
  const app = createApp({
    setup: () => {
      result = composable()
      return () => null
    },
  })
  app.mount(document.createElement('div'))
  return { result: result as T, app }
}
