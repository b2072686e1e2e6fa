import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axe, hasBrowser } from '../../ui/testing/browser.ts'
import { ACCOUNTS } from './town.ts'
import { openTown, type OpenTown } from './ui.fixture.ts'

const [admin, camille] = ACCOUNTS
const WIDTH = 'document.querySelector("img[alt^=Cheminement]").naturalWidth'

/** An administrator of the platform draws a flow without code, and reads the help page that agents will have. */
describe.skipIf(!hasBrowser)('le studio à l’écran', () => {
  let open: OpenTown
  let home: string

  beforeAll(async () => {
    open = await openTown()
    await open.page.goto(open.url)
    await open.signIn(camille)
    await open.heading('Documents').waitFor()
    home = open.page.url().replace(/\/documents.*$/u, '')
  }, 180_000)
  afterAll(() => open[Symbol.asyncDispose]())

  test('l’administratrice de la démonstration voit le studio dans son menu, un agent non', async () => {
    const { page } = open
    await page.getByRole('link', { name: 'Connecteurs' }).waitFor()
    expect(await page.getByRole('link', { name: 'Studio' }).count()).toBe(0)
    await open.signOut()
    await open.signIn(admin)
    await page.getByRole('link', { name: 'Studio' }).waitFor()
  })

  test('un groupe de champs se crée une fois pour plusieurs flux', async () => {
    const { page } = open
    await page.getByRole('link', { name: 'Studio' }).click()
    await page.getByRole('link', { name: 'Groupes de champs' }).click()
    await page.getByText('Aucun groupe de champs pour le moment.').waitFor()
    await page.getByLabel('Identifiant').fill('contact')
    await page.getByLabel('Nom', { exact: true }).fill('Contact')
    await open.button('Créer le groupe').click()
    await open.button('Ajouter un champ').click()
    await page.getByLabel('Nom', { exact: true }).last().waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Enregistrer le groupe').click()
    await page.getByText('Le groupe « Contact » est enregistré.').first().waitFor()
    await page.getByRole('link', { name: 'Studio' }).first().click()
  })

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

  test('un champ prend un format, une page et une condition ; un groupe sert ; une étape prend le premier fichier rempli', async () => {
    const { page } = open
    const field = page.locator('li').filter({ has: page.getByRole('button', { name: 'Retirer champ1', exact: true }) })
    const last = async (name: string, kind: string) => {
      await open.button('Ajouter un champ').click()
      const row = page.locator('ol').first().locator('> li').last()
      await row.getByLabel('Nom technique').fill(name)
      await open.pick(row.getByRole('combobox', { name: 'Genre' }), kind)
    }
    await last('urgent', 'Case à cocher')
    await last('copie', 'Un fichier')
    await last('original', 'Un fichier')
    await open.button('Ajouter un champ').click()
    await page.locator('ol').first().locator('> li').last().getByLabel('Nom technique').fill('champ1')
    await field.getByRole('button', { name: /^Aide, page, condition et format/u }).click()
    await field.getByLabel('Aide, affichée').fill('Deux lettres.')
    await field.getByLabel('Page du formulaire').fill('Urgence')
    await field.getByLabel('Format (expression régulière)').fill('^[A-Z')
    await open.pick(field.getByRole('combobox', { name: 'Demandé seulement si' }), 'est coché')
    await field.getByText("n'est pas une expression régulière").waitFor()
    await field.getByLabel('Format (expression régulière)').fill('^[A-Z][A-Z]$')
    await field.getByLabel('Phrase affichée').fill('Écrivez deux majuscules.')
    await open.pick(page.getByRole('combobox', { name: 'Ajouter un groupe de champs' }), 'Contact')
    await open.pick(page.getByRole('combobox', { name: 'Ajouter une étape' }), 'Signature')
    const step = page.locator('li').filter({ has: page.getByRole('heading', { name: 'Signature', exact: true }) })
    await open.pick(step.locator('[id^=entree-][id$=-titre]'), 'Objet')
    const taken = step.locator('[id^=entree-][id$=-document]')
    await taken.click()
    await page.getByRole('option').first().click()
    await step.getByRole('combobox', { name: 'Document à signer prend, à défaut' }).click()
    await page.getByRole('option').first().click()
    await page.getByText('Rien n’empêche de publier ce flux.').waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Publier').click()
    await page.getByText('La version 2 est publiée.').first().waitFor()
    const { documents, flows, studio } = open.town.hub.cradle
    const { draft } = await studio.read('courrier')
    expect(draft.fields['champ1']).toMatchObject({
      options: { page: 'Urgence', when: { field: 'urgent', is: true }, pattern: { regex: '^[A-Z][A-Z]$' } },
    })
    expect(draft.steps[1]?.bindings).toMatchObject({ document: { firstOf: ['copie', 'original'] } })
    expect(Object.keys(flows.current('courrier')?.fields ?? {})).toContain('groupe1_nom')
    const { entityId, adminId } = open.town.town
    await documents.create({ entityId, flow: 'courrier', by: adminId, values: { objet: 'Un', champ1: 'AB' } })
  }, 90_000)

  test('une condition se compose, un champ reçoit ses limites, et la faute se lit où elle est', async () => {
    const { page } = open
    const field = page.locator('li').filter({ has: page.getByRole('button', { name: 'Retirer champ1', exact: true }) })
    await open.pick(field.getByRole('combobox', { name: 'Demandé seulement si' }), 'Toutes ces conditions')
    await field.getByRole('button', { name: 'Ajouter une condition à' }).click()
    await open.pick(field.getByRole('combobox', { name: 'Demandé seulement si, condition 2' }), 'Le contraire de')
    const inner = field.getByRole('combobox', { name: 'Demandé seulement si, condition 2, condition 1' })
    await open.pick(inner, 'Un champ vaut')
    await field.getByLabel('Demandé seulement si, condition 2, condition 1 : valeur').fill('Rien')
    await page.keyboard.press('Tab')
    await field.getByLabel('Caractères au plus').fill('2')
    await field.getByLabel('Valeur de départ').fill('ZZ')
    await page.getByText('Rien n’empêche de publier ce flux.').waitFor()
    const step = page.locator('li').filter({ has: page.getByRole('heading', { name: 'Signature', exact: true }) })
    await step.getByLabel('Poursuivre même après un refus').check()
    await step.getByText('Libellés et noms chez Pastell').click()
    await step.getByLabel(/^Libellés propres à ce flux/u).fill('states.absent:Parti')
    await page.keyboard.press('Tab')
    await step.getByText("« states.absent » a un libellé et n'existe pas").waitFor()
    expect(await axe(page)).toEqual([])
    await step.getByLabel(/^Libellés propres à ce flux/u).fill('states.envoye:Parti')
    await page.keyboard.press('Tab')
    await page.getByText('Rien n’empêche de publier ce flux.').waitFor()
    await open.button('Enregistrer le brouillon').click()
    await page.getByText('Le brouillon est enregistré.').first().waitFor()
    const { draft } = await open.town.hub.cradle.studio.read('courrier')
    expect(draft.fields['champ1']).toMatchObject({
      options: {
        when: { all: [{ field: 'urgent', is: true }, { not: { field: 'objet', is: 'Rien' } }] },
        max: 2,
        default: 'ZZ',
      },
    })
    expect(draft.steps[1]).toMatchObject({ goesOnAfterRefusal: true, labels: { 'states.envoye': 'Parti' } })
  }, 90_000)

  test('retirer un champ que des documents portent se règle avant de publier', async () => {
    const { page } = open
    await open.button('Retirer champ1').click()
    await page.getByText('Des documents en cours portent des noms').waitFor()
    const become = page.getByRole('combobox', { name: '« champ1 » devient' })
    expect(await axe(page)).toEqual([])
    await open.pick(become, 'Rien : ses valeurs sont oubliées')
    await page.getByText('Rien n’empêche de publier ce flux.').waitFor()
    await open.button('Publier').click()
    await page.getByText('La version 3 est publiée.').first().waitFor()
    await page.getByText('champ « Nouveau champ » (champ1) retiré').waitFor()
    await page.getByRole('heading', { name: 'Documents en cours dans une version précédente' }).waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Passer ces documents à la version 3').click()
    await page.getByText('1 document est passé à la nouvelle version.').first().waitFor()
  }, 60_000)

  test('les documents dont l’état a disparu vont où l’administratrice les place', async () => {
    const { page } = open
    const { db, flows, studio } = open.town.hub.cradle
    const { draft } = await studio.read('courrier')
    const alias = draft.steps.find(({ step }) => step === 'signature')?.alias ?? ''
    const state = Object.values(flows.current('courrier')?.states ?? {}).find(
      each => each.step === alias && each.kind === 'trouble',
    )
    // Put there as the machine would: no signature book is asked in this story.
    await db('documents').where({ flowId: 'courrier' }).update({ state: state?.name })
    await page.getByRole('button', { name: `Retirer ${alias}`, exact: true }).click()
    await open.pick(page.getByRole('combobox', { name: `« ${alias} » devient` }), 'Rien : ses valeurs sont oubliées')
    await page.getByText('Rien n’empêche de publier ce flux.').waitFor()
    await open.button('Publier').click()
    await page.getByText('La version 4 est publiée.').first().waitFor()
    await open.pick(page.getByRole('combobox', { name: /^Placer/u }), 'Brouillon')
    expect(await axe(page)).toEqual([])
    await open.button('Passer ces documents à la version 4').click()
    // The sentence of the passage before may still be on screen: what is stored tells.
    await expect
      .poll(() => db('documents').where({ flowId: 'courrier' }).first('state', 'flowVersion'))
      .toEqual({ state: 'brouillon', flowVersion: 4 })
  }, 60_000)

  test('un export de Pastell s’essaie, dit ligne à ligne ce qui viendrait, puis s’importe', async () => {
    const { page } = open
    const give = async (name: string, text: string) => {
      await page
        .getByLabel('Fichier exporté de Pastell')
        .setInputFiles({ name, mimeType: '', buffer: Buffer.from(text) })
      await open.button('Essayer').click()
      await open.region('Ce qui serait importé').and(page.locator(':focus')).waitFor()
    }
    const row = (is: string, what: string) => page.getByRole('row').filter({ hasText: is }).filter({ hasText: what })
    await page.getByRole('link', { name: 'Connecteurs' }).click()
    await page.getByRole('link', { name: 'Importer depuis Pastell' }).click()
    await open.heading('Importer depuis Pastell').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Mot de passe de l’export').fill('celui de Pastell')
    await give('port.json', JSON.stringify({ entity_info: { id_e: '4', denomination: 'Port', siren: '12' } }))
    await row('Créé', "l'entité « Port »").waitFor()
    await row('Adapté', 'sans son SIREN « 12 »').waitFor()
    const { db } = open.town.hub.cradle
    expect(await db('entities').where({ name: 'Port' })).toEqual([])
    expect(await axe(page)).toEqual([])
    await open.button('Importer').click()
    await page.getByRole('heading', { name: 'Ce qui a été importé' }).waitFor()
    expect(await db('entities').where({ name: 'Port' })).toHaveLength(1)

    await page.getByRole('radio', { name: /^Un module écrit à la main/u }).click()
    await page.getByLabel('Identifiant du flux').fill('releve')
    const action = 'relever: { rule: { last-action: [creation] }, action-class: Releve, name: Relevé }'
    await give(
      'definition.yml',
      `nom: Relevé\nformulaire: { Page: { objet: { title: true } } }\naction: { ${action} }\n`,
    )
    await row('Adapté', 'le programme « Releve » manque').waitFor()
    await open.button('Importer').click()
    await page.getByRole('link', { name: 'Ouvrir « Relevé » dans le studio' }).click()
    await open.heading('Relevé').waitFor()
  }, 60_000)

  test('sa page d’aide montre son dessin', async () => {
    const { page } = open
    await page.goto(`${home}/flux/ls-actes/aide`)
    await open.heading('Aide : Actes').waitFor()
    await expect.poll(() => page.evaluate<number>(WIDTH)).toBeGreaterThan(500)
    expect(await axe(page)).toEqual([])
    expect(open.faults).toEqual([])
  })
})
