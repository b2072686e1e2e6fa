// @vitest-environment node
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axe, hasBrowser, openBrowser, watchFaults } from './browser.ts'
import { startTarget, type Target } from './target.ts'

/**
 * The whole journey of an agent, in a real browser, as one story: each test goes on where the one before stopped.
 * Against the fake hub unless `PASSEUR_URL` names a real one (see `target.ts`).
 */
describe.skipIf(!hasBrowser)('le parcours d’un agent', () => {
  let target: Target
  let browser: Browser
  let page: Page
  let faults: readonly string[]

  beforeAll(async () => {
    target = await startTarget()
    browser = await openBrowser()
    const context = await browser.newContext({
      locale: 'fr-FR',
      timezoneId: 'Europe/Paris',
      viewport: { width: 1280, height: 900 },
    })
    page = await context.newPage()
    page.setDefaultTimeout(15_000)
    faults = watchFaults(page, target.url)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await target?.close()
  })

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
  const sentence = 'Délibération de la journée d’essai'
  const pdf = (text: string) =>
    Buffer.from(
      `%PDF-1.4\n% ${text}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF`,
    )

  /** Drops files on a field as an agent drags them from a folder. */
  const drop = async (selector: string, files: readonly { name: string; type: string; content: string }[]) => {
    const transfer = await page.evaluateHandle(
      dropped => {
        const data = new DataTransfer()
        for (const { name, type, content } of dropped) data.items.add(new File([content], name, { type }))
        return data
      },
      [...files],
    )
    await page.dispatchEvent(selector, 'drop', { dataTransfer: transfer })
  }

  test('une page demandée sans session mène à la connexion, et un mot de passe inexact est dit', async () => {
    await page.goto(target.url)
    await heading('Se connecter').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Identifiant').fill(target.login)
    await page.getByLabel('Mot de passe').fill('inexact')
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await page
      .getByRole('alert')
      .getByText(/mot de passe/u)
      .waitFor()
  })

  test("la connexion mène aux documents de l'entité de l'agent", async () => {
    await page.getByLabel('Mot de passe').fill(target.password)
    await page.keyboard.press('Enter')
    await heading('Documents').waitFor()
    await page.getByRole('table').waitFor()
    // The switcher shows the name of the entity, even though the tree arrives after its identifier.
    await expect.poll(() => page.locator('#entite').inputValue()).toMatch(/[a-z]{3}/u)
    expect(await axe(page)).toEqual([])
  })

  test("le lien d'évitement est le premier arrêt du clavier et mène au contenu", async () => {
    await page.reload()
    await heading('Documents').waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Aller au contenu' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('contenu')
  })

  test('la recherche entre dans l’adresse et peut être effacée', async () => {
    await page.getByLabel('Rechercher un document').fill('introuvable-zzz')
    await page.getByText('Aucun document ne correspond à ces critères.').waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('introuvable-zzz')
    await page.getByRole('button', { name: 'Effacer les critères' }).click()
    await page.getByRole('table').waitFor()
  })

  test('un nouveau document s’ouvre sur un formulaire engendré', async () => {
    await page.getByRole('button', { name: /^Nouveau document/u }).click()
    // With a single flow there is nothing to choose: the form opens at once.
    const choice = page.getByRole('menuitem', { name: target.flow, exact: true })
    await choice.or(page.getByLabel('Objet')).first().waitFor()
    if (await choice.isVisible()) await choice.click()
    await page.getByLabel('Objet').waitFor()
    expect(await axe(page)).toEqual([])
  })

  test('un envoi incomplet est refusé avec un résumé, et le premier champ en faute reçoit le focus', async () => {
    await page.getByRole('button', { name: 'Enregistrer et envoyer' }).click()
    await page
      .getByRole('alert')
      .getByText(/Le formulaire comporte/u)
      .waitFor()
    const objet = page.getByLabel('Objet')
    await objet.and(page.locator(':focus')).waitFor()
    const described = await objet.getAttribute('aria-describedby')
    expect(
      await page
        .locator(
          (described ?? '')
            .split(' ')
            .map(id => `[id="${id}"]`)
            .join(', '),
        )
        .allTextContents(),
    ).toContain('Ce champ est obligatoire.')
    expect(await axe(page)).toEqual([])
  })

  test('les fichiers se déposent au bouton et à la souris, et ce qui n’est pas accepté est dit au champ', async () => {
    await page.getByLabel('Objet').fill(sentence)
    await drop('#champ-arrete', [{ name: 'image.pdf', type: 'application/pdf', content: '\u0089PNG déguisé' }])
    await page
      .getByRole('alert')
      .getByText(/image\.pdf/u)
      .waitFor()
    await page
      .locator('#champ-arrete')
      .setInputFiles({ name: 'délibération.pdf', mimeType: 'application/pdf', buffer: pdf('acte') })
    await page.getByRole('link', { name: /Télécharger délibération\.pdf/u }).waitFor()
    await drop('#champ-annexes', [
      { name: 'annexe 1.pdf', type: 'application/pdf', content: pdf('un').toString() },
      { name: 'annexe 2.pdf', type: 'application/pdf', content: pdf('deux').toString() },
    ])
    await page.getByRole('link', { name: /Télécharger annexe 1\.pdf/u }).waitFor()
    await page.getByRole('link', { name: /Télécharger annexe 2\.pdf/u }).waitFor()
    await page.getByRole('button', { name: 'Retirer annexe 2.pdf' }).click()
    await page.getByRole('link', { name: /Télécharger annexe 2\.pdf/u }).waitFor({ state: 'detached' })
    // What was typed is still there: depositing a file does not lose it.
    expect(await page.getByLabel('Objet').inputValue()).toBe(sentence)
  })

  test('un envoi long montre ce qui est parti, et s’annule', async () => {
    const network = await page.context().newCDPSession(page)
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 }
    await network.send('Network.emulateNetworkConditions', slow)
    await page.locator('#champ-annexes').setInputFiles({
      name: 'long.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.concat([pdf('long'), Buffer.alloc(3_000_000)]),
    })
    await page.getByRole('progressbar').first().waitFor()
    await page.getByText(/^[1-9][0-9]? %$/u).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: "Annuler l'envoi de long.pdf" }).click()
    await page.getByRole('progressbar').waitFor({ state: 'detached' })
    await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
    expect(await page.getByRole('link', { name: /Télécharger long\.pdf/u }).count()).toBe(0)
  })

  test('cocher une étape fait paraître sa page, la décocher la retire', async () => {
    const box = page.getByLabel(target.signatureBox)
    await box.click()
    await page.getByRole('heading', { name: target.signaturePage }).waitFor()
    await box.click()
    await page.getByRole('heading', { name: target.signaturePage }).waitFor({ state: 'detached' })
    await box.click()
  })

  test('quitter sans enregistrer se confirme', async () => {
    await page.getByRole('link', { name: 'Connecteurs' }).click()
    await page.getByRole('dialog').getByText('Quitter sans enregistrer ?').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Rester sur la page' }).click()
    await page.getByLabel('Objet').waitFor()
  })

  test('un choix distant se cherche et se choisit au clavier', async () => {
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click()
    await page.getByText('Le document est enregistré.').first().waitFor()
    const circuit = page.locator(target.circuit)
    await circuit.focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('option').first().waitFor()
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await circuit.inputValue()).not.toBe('')
  })

  test("l'envoi mène à la page du document, dont le parcours avance sans recharger", async () => {
    await page.getByRole('button', { name: 'Enregistrer et envoyer' }).click()
    await heading(sentence).waitFor()
    await page
      .locator('[aria-live=polite]')
      .getByText(/Nouvel état/u)
      .waitFor({ state: 'attached' })
    const route = page.getByRole('region', { name: 'Parcours du document' })
    await route.getByRole('listitem').first().waitFor()
    expect(await route.locator('[aria-current=step]').or(route.getByText('Terminé').last()).count()).toBeGreaterThan(0)
    expect(await axe(page)).toEqual([])
  })

  test('une action indisponible dit pourquoi, même au clavier', async () => {
    const refused = page.getByRole('region', { name: 'Actions' }).locator('button[aria-disabled=true]').first()
    await refused.focus()
    const reason = await page.locator(`[id="${(await refused.getAttribute('aria-describedby')) ?? ''}"]`).textContent()
    expect(reason?.length).toBeGreaterThan(10)
    await page.getByText('Pourquoi certaines actions sont-elles indisponibles ?').click()
  })

  test('le journal raconte le document, du plus récent au plus ancien', async () => {
    const journal = page.getByRole('region', { name: 'Journal' })
    expect(await journal.getByRole('listitem').count()).toBeGreaterThan(1)
  })

  test('les connecteurs se testent et se règlent ; leur mode d’emploi est à côté', async () => {
    await page.getByRole('link', { name: 'Connecteurs' }).click()
    await heading('Connecteurs').waitFor()
    await page
      .getByRole('button', { name: /^Tester/u })
      .first()
      .click()
    await page.getByRole('status').filter({ hasText: /\S{3}/u }).first().waitFor()
    expect(await axe(page)).toEqual([])
    await page
      .getByRole('link', { name: /^Régler/u })
      .first()
      .click()
    await page.getByText('Mode d’emploi').waitFor()
    expect(await axe(page)).toEqual([])
  })

  test('un nouveau connecteur se crée par un formulaire engendré', async () => {
    await page.getByRole('link', { name: 'Connecteurs' }).first().click()
    await page.getByRole('link', { name: 'Nouveau connecteur' }).click()
    await page.locator('#type').click()
    await page.getByRole('option').first().click()
    await page.getByLabel('Nom', { exact: true }).or(page.getByLabel('Nom*')).first().waitFor()
    await page.getByRole('button', { name: 'Créer le connecteur' }).click()
    await page
      .getByRole('alert')
      .getByText(/Le formulaire comporte/u)
      .waitFor()
    expect(await axe(page)).toEqual([])
  })

  test('la page tient sur un téléphone', async () => {
    await page.setViewportSize({ width: 375, height: 700 })
    await page.goto(target.url)
    await page.getByRole('table').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375)
    expect(await axe(page)).toEqual([])
  })

  test('se déconnecter ramène à la connexion', async () => {
    await page.getByRole('button', { name: /^Compte de/u }).click()
    await page.getByRole('menuitem', { name: 'Se déconnecter' }).click()
    await heading('Se connecter').waitFor()
  })

  test("rien n'est allé chercher hors du site, et la console est restée sans erreur", () => {
    expect(faults).toEqual([])
  })
})
