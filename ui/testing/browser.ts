import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether a browser is installed (`apt-get install chromium`); without one the journey is skipped. */
export const hasBrowser = existsSync(chromiumPath)

/** Debian's chromium, with nothing that speaks to the outside. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

/**
 * Runs axe on the page as it is now.
 * @returns one line per rule broken, empty when there is none
 */
export const axe = async (page: Page): Promise<readonly string[]> => {
  // What fades in has not its colours yet; what turns for ever is left out.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < 1000).map(a => a.finished))',
  )
  // The policy of the page forbids inline scripts: axe enters through the debugger, as an extension would.
  await page.evaluate(await readAxe())
  const violations = await page.evaluate<readonly Violation[]>(
    // Reka's guards (lists, messages) pass the focus on as soon as they get it; axe only sees that they can get it.
    'axe.run({ exclude: ["[data-reka-focus-guard]", "[role=region] > span[aria-hidden=true][tabindex]"] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(r => r.violations)',
  )
  return violations.map(({ id, impact, nodes }) => `${id} (${impact}) : ${nodes.map(node => node.html).join(' | ')}`)
}

let source: Promise<string> | undefined
const readAxe = (): Promise<string> => {
  source ??= readFile(axePath, 'utf8')
  return source
}

/** Collects what should never happen: errors in the console, requests that leave the site. */
export const watchFaults = (page: Page, origin: string): readonly string[] => {
  const faults: string[] = []
  page.on('pageerror', error => faults.push(`exception : ${error.message}`))
  page.on('console', message => {
    // A refusal of the server is a line of the browser's console: the test provokes some, and reads them on the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`console : ${message.text()}`)
  })
  page.on('request', request => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:') && !request.url().startsWith('blob:'))
      faults.push(`sortie du site : ${request.url()}`)
  })
  return faults
}
