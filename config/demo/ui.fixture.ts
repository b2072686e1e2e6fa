import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { openBrowser, watchFaults } from '../../ui/testing/browser.ts'
import { buildScreens } from '../../ui/testing/screens.ts'
import { startTestTown, type TestTown } from './town.fixture.ts'

/** A file as an agent has it on their disk. */
export interface LocalFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** A town open in a browser, with the gestures of those who use it. */
export interface OpenTown extends AsyncDisposable {
  readonly town: TestTown
  readonly page: Page
  readonly url: string
  /** What should never happen in a browser: errors in the console, requests that leave the site. */
  readonly faults: readonly string[]
  heading(name: string | RegExp): Locator
  button(name: string | RegExp): Locator
  /** A region of the page, by its title. */
  region(name: string): Locator
  signIn(account: { readonly login: string; readonly password: string }): Promise<void>
  signOut(): Promise<void>
  /** Unrolls a list and takes a value, typing the beginning when given. */
  pick(list: Locator, value: string | RegExp, typed?: string): Promise<void>
  /** Drops files on a field, as from a folder. */
  drop(selector: string, files: readonly LocalFile[]): Promise<void>
  /** Text read with a control: its help and its error. */
  described(control: Locator): Promise<string>
}

/** Builds the screens, starts a town and its hub, opens a browser on it. */
export const openTown = async (): Promise<OpenTown> => {
  const screens = await mkdtemp(join(tmpdir(), 'passeur-ecrans-'))
  const [town, browser] = await Promise.all([
    buildScreens(screens).then(() => startTestTown({ progress: 300, screens })),
    openBrowser(),
  ])
  const { port } = await town.hub.serve()
  const url = `http://127.0.0.1:${port}`
  const context = await browser.newContext({
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 900 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })

  return {
    town,
    page,
    url,
    faults: watchFaults(page, url),
    heading,
    button,
    region: name => page.getByRole('region', { name }),
    async signIn({ login, password }) {
      await heading('Se connecter').waitFor()
      await page.getByLabel('Identifiant').fill(login)
      await page.getByLabel('Mot de passe').fill(password)
      await page.keyboard.press('Enter')
    },
    async signOut() {
      await page.getByRole('button', { name: /^Compte de/u }).click()
      await page.getByRole('menuitem', { name: 'Se déconnecter' }).click()
      await heading('Se connecter').waitFor()
    },
    async pick(list, value, typed = '') {
      await list.click()
      if (typed) await page.keyboard.type(typed)
      await page.getByRole('option', { name: value }).first().click()
    },
    async drop(selector, files) {
      const dropped = files.map(({ name, mimeType, buffer }) => [name, mimeType, buffer.toString('latin1')])
      const dataTransfer = await page.evaluateHandle(`(() => {
        const data = new DataTransfer()
        for (const [name, type, content] of ${JSON.stringify(dropped)})
          data.items.add(new File([Uint8Array.from(content, letter => letter.charCodeAt(0))], name, { type }))
        return data
      })()`)
      await page.dispatchEvent(selector, 'drop', { dataTransfer })
    },
    async described(control) {
      const ids = (await control.getAttribute('aria-describedby'))?.split(' ') ?? []
      return (await Promise.all(ids.map(id => page.locator(`[id="${id}"]`).textContent()))).join(' ')
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await town[Symbol.asyncDispose]()
      await rm(screens, { recursive: true, force: true })
    },
  }
}
