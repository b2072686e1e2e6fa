import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole } from '../../core/access/roles.ts'
import { axe, hasBrowser } from '../../ui/testing/browser.ts'
import { ACCOUNTS } from './town.ts'
import { openTown, type OpenTown } from './ui.fixture.ts'

const [admin] = ACCOUNTS
const WIDTH = 'document.querySelector("img[alt^=Cheminement]").naturalWidth'

/** An administrator of the platform draws a flow without code, and reads the help page that agents will have. */
describe.skipIf(!hasBrowser)('le studio à l’écran', () => {
  let open: OpenTown
  let home: string

  beforeAll(async () => {
    open = await openTown()
    const { db } = open.town.hub.cradle
    const row = await db('users').where({ login: admin.login }).first<{ id: string } | undefined>('id')
    await grantRole(db, { userId: row?.id ?? '', entityId: '0', roleId: 'admin' })
    await open.page.goto(open.url)
    await open.signIn(admin)
    await open.heading('Documents').waitFor()
    home = open.page.url().replace(/\/documents.*$/u, '')
  }, 180_000)
  afterAll(() => open[Symbol.asyncDispose]())

  test('un flux se crée, dit ses fautes, se corrige et se publie', async () => {
    const { page } = open
    await page.getByRole('link', { name: 'Studio' }).click()
    await open.heading('Studio').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Identifiant').fill('courrier')
    await page.getByLabel('Nom', { exact: true }).fill('Courrier arrivé')
    await page.getByLabel('Famille').fill('Courriers')
    await open.button('Créer le flux').click()
    await open.heading('Courrier arrivé').waitFor()
    await page.getByText('il manque au moins une étape').waitFor()
    await open.pick(page.getByRole('combobox', { name: 'Ajouter une étape' }), 'Dépôt en GED')
    await page.getByText('Rien n’empêche de publier ce flux.').waitFor()
    await page.getByRole('img', { name: /Cheminement du flux/u }).waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Publier').click()
    await page.getByText('La version 1 est publiée.').first().waitFor()
  })

  test('sa page d’aide montre son dessin', async () => {
    const { page } = open
    await page.goto(`${home}/flux/ls-actes/aide`)
    await open.heading('Aide : Actes').waitFor()
    await expect.poll(() => page.evaluate<number>(WIDTH)).toBeGreaterThan(500)
    expect(await axe(page)).toEqual([])
    expect(open.faults).toEqual([])
  })
})
