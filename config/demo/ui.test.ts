import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axe, hasBrowser } from '../../ui/testing/browser.ts'
import { deliberationPdf } from './deliberation.ts'
import { ACCOUNTS } from './town.ts'
import { openTown, type LocalFile, type OpenTown } from './ui.fixture.ts'

const [admin, camille] = ACCOUNTS
/** The machine may be shared with other tests. */
const PATIENT = { timeout: 15_000 }
const OBJET = 'Tarifs de la cantine scolaire'
const NUMERO = 'DEL_2026_012'

const pdf = async (name: string): Promise<LocalFile> => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(await deliberationPdf({ numero: NUMERO, objet: name, date: '2026-02-03' })),
})
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const disguised = { name: 'image.pdf', mimeType: 'application/pdf', buffer: Buffer.from(PNG, 'base64') }
const empty = { name: 'vide.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) }

/**
 * The day of an agent, then of an administrator, in a real browser against a real hub and its simulators, as one story: each
 * test goes on where the one before stopped.
 */
describe.skipIf(!hasBrowser)('le parcours d’un acte à l’écran', () => {
  let open: OpenTown

  beforeAll(async () => {
    open = await openTown()
  }, 180_000)
  afterAll(() => open[Symbol.asyncDispose]())

  test('une page demandée sans session mène à la connexion, et un mot de passe inexact est dit', async () => {
    const { page } = open
    await page.goto(open.url)
    await open.signIn({ ...camille, password: 'inexact' })
    await page.getByRole('alert').getByText('mot de passe').waitFor()
    expect(await axe(page)).toEqual([])
  })

  test("la connexion mène aux documents de l'agent, et le premier arrêt du clavier au contenu", async () => {
    const { page } = open
    await open.signIn(camille)
    await open.heading('Documents').waitFor()
    await page.getByText('Aucun document pour le moment.').waitFor()
    await expect.poll(() => page.locator('#entite').inputValue(), PATIENT).toBe('Ville de Démonstration')
    expect(await axe(page)).toEqual([])
    await page.reload()
    await open.heading('Documents').waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Aller au contenu' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('contenu')
  })

  test('un envoi incomplet est refusé avec un résumé, et le premier champ en faute reçoit le focus', async () => {
    const { page } = open
    await open.button('Nouveau document').click()
    await page.keyboard.type('Actes')
    await page.getByRole('menuitem', { name: 'Actes', exact: true }).click()
    await open.heading('Nouveau document').waitFor()
    await open.button('Enregistrer et envoyer').click()
    await page.getByRole('alert').getByText('Le formulaire comporte 2 erreurs').waitFor()
    const objet = page.getByLabel('Objet').and(page.locator(':focus'))
    await objet.waitFor()
    expect(await open.described(objet)).toContain('Ce champ est obligatoire.')
    expect(await axe(page)).toEqual([])
  })

  test('un PNG renommé et un fichier vide sont refusés à leur champ, avec une phrase', async () => {
    const { page } = open
    await page.locator('#champ-arrete').setInputFiles(disguised)
    await page.getByRole('alert').getByText('« image.pdf » est de type PNG').waitFor()
    await page.locator('#champ-annexes').setInputFiles(empty)
    await page.getByRole('alert').getByText('« vide.pdf » est vide').waitFor()
  })

  test('les fichiers se choisissent ou se glissent, se retirent, et la saisie demeure', async () => {
    const { page } = open
    await page.getByLabel('Objet').fill(OBJET)
    await page.locator('#champ-arrete').setInputFiles(await pdf('délibération.pdf'))
    await page.getByRole('link', { name: /Télécharger délibération\.pdf/u }).waitFor()
    await open.drop('#champ-annexes', [await pdf('annexe.pdf'), await pdf('de trop.pdf')])
    await open.button('Retirer de trop.pdf').click()
    await page.getByRole('link', { name: /Télécharger de trop\.pdf/u }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /Télécharger annexe\.pdf/u }).waitFor()
    expect(await page.getByLabel('Objet').inputValue()).toBe(OBJET)
  })

  test('un envoi long montre ce qui est parti, et s’annule', async () => {
    const { page } = open
    const network = await page.context().newCDPSession(page)
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 }
    await network.send('Network.emulateNetworkConditions', slow)
    const { buffer, ...long } = await pdf('long.pdf')
    await page.locator('#champ-annexes').setInputFiles({ ...long, buffer: Buffer.concat([buffer, Buffer.alloc(3e6)]) })
    await page.getByText(/^[1-9][0-9]? %$/u).waitFor()
    expect(await axe(page)).toEqual([])
    await open.button("Annuler l'envoi de long.pdf").click()
    await page.getByRole('progressbar').waitFor({ state: 'detached' })
    await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
    expect(await page.getByRole('link', { name: /Télécharger long\.pdf/u }).count()).toBe(0)
  })

  test('cocher une étape fait paraître sa page dans le formulaire et son plan, la décocher les retire', async () => {
    const { page } = open
    const box = (name: string) => page.getByRole('checkbox', { name, exact: true })
    const outline = page.getByRole('navigation', { name: 'Pages du formulaire' })
    await box('Signature').click()
    await outline.getByText('Signature').waitFor()
    await page.getByRole('heading', { name: 'Signature' }).waitFor()
    await box('Signature').click()
    await page.getByRole('heading', { name: 'Signature' }).waitFor({ state: 'detached' })
    for (const name of ['Signature', 'Contrôle de légalité', 'Dépôt en GED', 'Archivage']) await box(name).click()
    await outline.getByText('4 à remplir').waitFor()
    expect(await axe(page)).toEqual([])
  })

  test('quitter sans enregistrer se confirme', async () => {
    const { page } = open
    await page.getByRole('link', { name: 'Connecteurs' }).click()
    await page.getByRole('dialog').getByText('Quitter sans enregistrer ?').waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Rester sur la page').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.getByLabel('Objet').inputValue()).toBe(OBJET)
  })

  test('les listes viennent des services, et suivent la nature sans rien enregistrer', async () => {
    const { page } = open
    const saved: string[] = []
    page.on('request', request => void (request.method() === 'PATCH' && saved.push(request.url())))
    const circuit = page.locator('#champ-signature-circuit')
    await circuit.focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('option').first().waitFor()
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => circuit.inputValue(), PATIENT).not.toBe('')
    await page.getByText("Renseignez d’abord « Nature de l'acte »").waitFor()
    const nature = page.locator('#champ-tdtActes-nature')
    const piece = page.getByLabel('Type de « délibération.pdf »', { exact: true })
    await open.pick(nature, 'Délibérations')
    await open.pick(piece, /99_DE/u)
    await open.pick(nature, 'Actes réglementaires')
    await page.getByText('« Délibération (99_DE) » n’est plus dans la liste').waitFor()
    await open.pick(nature, 'Délibérations')
    await page.getByText('n’est plus dans la liste').waitFor({ state: 'detached' })
    await open.pick(page.getByLabel('Type de « annexe.pdf »', { exact: true }), /\S/u)
    expect(saved).toEqual([])
  })

  test('un numéro avec un espace et une classification absente sont dits à leur champ', async () => {
    const { page } = open
    const numero = page.getByLabel("Numéro de l'acte")
    await numero.fill('DEL 12')
    await open.button('Enregistrer et envoyer').click()
    await page.getByRole('alert').getByText('Le formulaire comporte 2 erreurs').waitFor()
    expect(await open.described(numero)).toContain('sans espace')
    expect(await open.described(page.locator('#champ-tdtActes-classification'))).toContain('Choisissez une valeur')
    await numero.fill(NUMERO)
    // A branch is found by the name above it.
    await open.pick(page.locator('#champ-tdtActes-classification'), /^2\.1/u, 'urbanisme')
  })

  test('si quelqu’un a modifié le document entre-temps, c’est dit, et la saisie n’est pas perdue', async () => {
    const { page, town } = open
    const documentId = new URL(page.url()).pathname.split('/')[4] ?? ''
    await open.button('Enregistrer').click()
    await page.getByText('Le document est enregistré.').first().waitFor()
    await page.getByLabel('Objet').fill(`${OBJET} 2026`)
    const where = { entityId: town.town.entityId, documentId, by: town.town.adminId }
    await town.hub.cradle.documents.edit({
      ...where,
      values: { objet: 'Cantine', 'signature.annotationPublique': 'Vu' },
    })
    await page.getByRole('alert').getByText('Ce document a été modifié entre-temps').waitFor()
    await open.button('Enregistrer').click()
    await open.button('Reprendre sur la dernière version').click()
    await page.getByText('à vérifier avant d’enregistrer : Objet.').waitFor()
    expect(await axe(page)).toEqual([])
    expect(await page.getByLabel('Objet').inputValue()).toBe(`${OBJET} 2026`)
    expect(await page.getByLabel('Annotation publique').inputValue()).toBe('Vu')
  })

  test("l'acte envoyé va jusqu'à l'archive sous les yeux de l'agent, sans recharger", async () => {
    const { page, town } = open
    await page.evaluate('window.sansRecharger = true')
    await open.button('Enregistrer et envoyer').click()
    await open.heading(`${OBJET} 2026`).waitFor()
    const route = open.region('Parcours du document')
    await route.locator('[aria-current=step]').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByText('Traitement terminé').first().waitFor({ timeout: 60_000 })
    await route.locator('[aria-current=step]').waitFor({ state: 'detached' })
    expect(await route.getByText('Fait', { exact: true }).count()).toBe(8)
    await page
      .locator('[aria-live=polite]')
      .getByText('Nouvel état : Traitement terminé.')
      .waitFor({ state: 'attached' })
    expect(await page.evaluate('window.sansRecharger')).toBe(true)
    const { parapheur, tdt, ged, sae } = town.remotes
    expect([parapheur.count('lancé'), tdt.count('acte'), ged.count('dépôt'), sae.count('transfert')]).toEqual([
      1, 1, 1, 1,
    ])
    expect(await axe(page)).toEqual([])
  }, 90_000)

  test('ce qui est revenu se télécharge, et le journal dit qui a fait quoi, du plus récent au plus ancien', async () => {
    const { page } = open
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('link', { name: /Télécharger .*tampon\.pdf/u })
        .first()
        .click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).subarray(0, 5).toString()).toBe('%PDF-')
    const lines = await open.region('Journal').getByRole('listitem').allTextContents()
    expect(lines[0]).toMatch(/^Traitement terminé.*Passeur\s*$/u)
    expect(lines.at(-1)).toMatch(/Document créé.*Camille Martin\s*$/u)
  })

  test('la liste suit un acte venu d’ailleurs, et la recherche entre dans l’adresse', async () => {
    const { page, town } = open
    await page.getByRole('link', { name: 'Documents' }).first().click()
    await page.getByRole('row', { name: new RegExp(OBJET, 'u') }).waitFor()
    const document = await town.send('AILLEURS_1')
    const row = page.getByRole('row', { name: /Passerelle piétonne/u })
    await row.waitFor()
    await town.reaches(document, ['termine'])
    await row.getByText('Traitement terminé').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Rechercher un document').fill(NUMERO.toLowerCase())
    await row.waitFor({ state: 'detached' })
    await page.getByRole('row', { name: new RegExp(OBJET, 'u') }).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe(NUMERO.toLowerCase())
    await page.getByLabel('Rechercher un document').fill('introuvable')
    await open.button('Effacer les critères').click()
    await row.waitFor()
  }, 90_000)

  test("l'administratrice teste tous les connecteurs à la fois, et chacun répond à sa place", async () => {
    const { page } = open
    await open.signOut()
    await open.signIn(admin)
    await page.getByRole('link', { name: 'Connecteurs' }).click()
    const { length } = await open.town.hub.cradle.connectors.list(open.town.town.entityId)
    const tests = page.getByRole('button', { name: /^Tester/u })
    await expect.poll(() => tests.count(), PATIENT).toBe(length)
    for (const each of await tests.all()) await each.click()
    await expect.poll(() => page.getByRole('status').filter({ hasText: /\S{3}/u }).count(), PATIENT).toBe(length)
    await page.getByText('Archivage (bordereau SEDA)').first().waitFor()
    expect(await axe(page)).toEqual([])
  })

  test('un secret inexact suspend le connecteur ; le document attend et le dit ; corrigé et réactivé, il repart', async () => {
    const { page, town } = open
    const right = String(town.remotes.all.find(each => each.connector === 's2low')?.config['certificatMotDePasse'])
    const setPassword = async (password: string) => {
      await page.getByRole('link', { name: 'Connecteurs' }).first().click()
      await page.getByRole('link', { name: 'Régler S²LOW (démonstration)' }).click()
      await page.getByText('Mode d’emploi').waitFor()
      await page.getByLabel('Mot de passe du certificat').fill(password)
      await open.button('Enregistrer').click()
      await page.getByText('Les réglages de « S²LOW (démonstration) » sont enregistrés.').first().waitFor()
      expect(await page.getByLabel('Mot de passe du certificat').inputValue()).toBe('')
    }
    await setPassword('un autre')
    await open.button('Tester').click()
    await page.getByRole('status').getByText("Le certificat client ne s'ouvre pas").waitFor()
    expect(await axe(page)).toEqual([])
    const document = await town.send('SUSPENDU_1')
    await page.goto(`${open.url}/entites/${document.entityId}/documents/${document.id}`)
    await page.getByText('En attente d’un connecteur').waitFor({ timeout: 30_000 })
    expect(await axe(page)).toEqual([])
    await setPassword(right)
    await open.button('Réactiver').click()
    await page.getByText('les documents en attente reprennent').first().waitFor()
    await town.reaches(document, ['termine'])
  }, 120_000)

  test('un connecteur se crée par un formulaire engendré, et se supprime', async () => {
    const { page } = open
    await page.getByRole('link', { name: 'Connecteurs' }).first().click()
    await page.getByRole('link', { name: 'Nouveau connecteur' }).click()
    await open.pick(page.locator('#type'), 'Bordereau SEDA')
    await open.button('Créer le connecteur').click()
    await page.getByRole('alert').getByText('Le formulaire comporte 3 erreurs').waitFor()
    expect(await axe(page)).toEqual([])
    await page.locator('form').getByLabel('Nom').first().fill('Archives de demain')
    await page.getByLabel("Service d'archives (identifiant)").fill('FRAD034')
    await page.getByLabel('Service versant (identifiant)').fill('VILLE')
    await open.button('Créer le connecteur').click()
    await page.getByRole('link', { name: 'Régler Archives de demain' }).click()
    await open.button('Supprimer').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Supprimer' }).click()
    await open.heading('Connecteurs').waitFor()
    await page.getByText('Archives de demain', { exact: true }).waitFor({ state: 'detached' })
  })

  test('le bordereau SEDA se règle unité par unité, au clavier aussi, et garde ce qui est enregistré', async () => {
    const { page } = open
    const units = page.getByRole('group', { name: "Unités d'archives" })
    const line = (name: RegExp) => units.getByRole('button', { name })
    await page.getByRole('link', { name: 'Régler Bordereau SEDA (démonstration)' }).click()
    await units.getByRole('button', { name: "Ajouter une ligne à « Unités d'archives »" }).click()
    await page.locator('#champ-unites-0-titre').and(page.locator(':focus')).fill('Acte %objet%')
    await page.locator('#champ-unites-0-sortFinal').fill('Conserver')
    await units.getByRole('button', { name: 'Ajouter une ligne dans « Acte %objet% »' }).click()
    await page.keyboard.press('Enter')
    await page.locator('#champ-unites-0-enfants-0-titre').fill('Original')
    await open.pick(page.locator('#champ-unites-0-enfants-0-genre'), "Fichiers d'un champ")
    await page.locator('#champ-unites-0-enfants-0-champ').fill('arrete')
    expect(await axe(page)).toEqual([])
    await open.button('Enregistrer').click()
    await page.getByText('sont enregistrés').first().waitFor()
    await page.reload()
    await line(/1\.1\s*Original/u).waitFor()
    await open.button('Tester').click()
    await page.getByText('SEDA 2.1').first().waitFor()
    await units.getByRole('button', { name: 'Supprimer « Acte %objet% »' }).click()
    await open.button('Enregistrer').click()
    await page.getByText('sont enregistrés').first().waitFor()
    await page.reload()
    await units.getByRole('button', { name: /^Ajouter/u }).waitFor()
    expect(await line(/Original/u).count()).toBe(0)
    await page.getByRole('link', { name: 'Connecteurs' }).first().click()
    await open.heading('Connecteurs').waitFor()
  })

  test('un service hérite des connecteurs de la ville, et le dit', async () => {
    const { page } = open
    await open.pick(page.locator('#entite'), 'Finances', 'fin')
    await page.getByText('Aucun document pour le moment.').waitFor()
    await page.getByRole('link', { name: 'Connecteurs' }).click()
    await page.getByText('Hérité de Ville de Démonstration').first().waitFor()
    expect(await page.getByRole('link', { name: /^Régler/u }).count()).toBe(0)
    expect(await axe(page)).toEqual([])
  })

  test('l’annuaire de la ville complète les destinataires d’un service, et dit combien ils sont', async () => {
    const { page } = open
    const town = 'Ville de Démonstration'
    await open.pick(page.locator('#entite'), town, 'ville')
    await page.getByRole('link', { name: 'Annuaire' }).click()
    await open.heading('Annuaire').waitFor()
    await page.getByLabel('Nom du groupe').fill('Élus')
    await page.getByRole('checkbox', { name: /^Partagé avec/u }).click()
    await open.button('Créer un groupe').click()
    await open.region('Groupes').getByText('aucun membre').waitFor()
    await page.locator('#csv-contacts').setInputFiles({
      name: 'contacts.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('courriel;nom;groupes\nanne@exemple.fr;Anne Élue;Élus\nfaux;Personne;\n'),
    })
    await open.button('Vérifier le fichier').click()
    await page.getByText('1 ajouté(s), 0 complété(s), 0 déjà à jour, 1 refusé(s).').waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Importer').click()
    await open.region('Contacts').getByText('Anne Élue').waitFor()
    await open.button('Ajouter un contact').click()
    await page.getByLabel('Nom', { exact: true }).fill('Élodie Maire')
    await page.getByLabel('Adresse de courriel').fill('elodie@exemple.fr')
    await page.getByRole('checkbox', { name: 'Élus' }).click()
    expect(await axe(page)).toEqual([])
    await open.button('Enregistrer').click()
    await open.region('Groupes').getByText('2 membres').waitFor()

    await open.pick(page.locator('#entite'), 'Finances', 'fin')
    await page.getByText('Aucun document pour le moment.').waitFor()
    await open.button('Nouveau document').click()
    await page.keyboard.type('Mail sécurisé')
    await page.getByRole('menuitem', { name: 'Mail sécurisé', exact: true }).click()
    await open.heading('Nouveau document').waitFor()
    const to = page.getByRole('combobox', { name: 'Destinataires' })
    await to.fill('presse@exemple.fr, ')
    await to.pressSequentially('élu')
    await page.getByRole('option', { name: /Élus/u }).waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Enter')
    expect(await to.inputValue()).toBe(`presse@exemple.fr, groupe hérité de ${town}: "Élus", `)
    await page.getByText('3 destinataires', { exact: true }).waitFor()
    await page.getByText(`groupe hérité de ${town}: "Élus" : 2 membres`).waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Enregistrer').click()
    await page.getByText('est enregistré').first().waitFor()
    await page.getByRole('link', { name: 'Annuaire' }).click()
    await open.region('Groupes').getByText(`partagé par ${town}`).waitFor()
  })

  test('les pages tiennent sur un téléphone', async () => {
    const { page } = open
    await page.setViewportSize({ width: 375, height: 700 })
    const fits = async () =>
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375)
    await fits()
    await page.goto(open.url)
    await page.getByRole('table').waitFor()
    await fits()
    expect(await axe(page)).toEqual([])
    await page.getByRole('link', { name: new RegExp(OBJET, 'u') }).click()
    await open.region('Journal').waitFor()
    await fits()
    expect(await axe(page)).toEqual([])
  })

  test("rien n'est allé chercher hors du site, et la console est restée sans erreur", async () => {
    await open.signOut()
    expect(open.faults).toEqual([])
  })
})
