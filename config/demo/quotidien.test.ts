import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { createSimulator as idelibre } from '../../connectors/idelibre/simulator.ts'
import { createSimulator as s2low } from '../../connectors/s2low/simulator.ts'
import type { CapabilityName } from '../../core/contracts/index.ts'
import { samplePivot } from '../../core/testing/fake-portail.ts'
import { samplePes } from '../../core/testing/sample-pes.ts'
import type { Simulator } from '../../core/testing/simulator.ts'
import { sampleCii, samplePdfWith } from '../../plugins/facture-viewer/samples.ts'
import { axe, hasBrowser } from '../../ui/testing/browser.ts'
import { deliberationPdf } from './deliberation.ts'
import { asSent } from './remotes.ts'
import { ACCOUNTS } from './town.ts'
import { openTown, type LocalFile, type OpenTown } from './ui.fixture.ts'

const camille = ACCOUNTS[1]
/** A busy machine takes seconds to draw a page. */
const PATIENT = { timeout: 20_000 }
const SEANCE = 'Conseil municipal de rentrée'
const ACTES = ['Éclairage du stade', 'Cantine scolaire', 'Marché du jeudi'] as const

const pdf = async (name: string): Promise<LocalFile> => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(await deliberationPdf({ numero: '1', objet: name, date: '2026-02-03' })),
})

/** A CSV of actes with their files, as an agent zips them. */
const archive = async (numeros: readonly string[]): Promise<LocalFile> => {
  const zip = new ZipFile()
  const lines = ACTES.map((objet, at) => `${objet};${at}.pdf;${numeros[at] ?? ''};oui`)
  zip.addBuffer(Buffer.from(["Objet;Acte;Numéro de l'acte;Dépôt en GED", ...lines].join('\r\n')), 'lot.csv')
  for (const [at, objet] of ACTES.entries()) zip.addBuffer((await pdf(objet)).buffer, `${at}.pdf`)
  zip.end()
  return { name: 'actes.zip', mimeType: 'application/zip', buffer: await buffer(zip.outputStream) }
}

/** What an agent does every day, in a real browser against a real hub and its simulators. */
describe.skipIf(!hasBrowser)('le quotidien d’un agent à l’écran', () => {
  let open: OpenTown
  let seances: Awaited<ReturnType<typeof idelibre>>
  let helios: Awaited<ReturnType<typeof s2low>>

  const connect = async (connector: string, simulator: Simulator, wanted: CapabilityName) => {
    const { cradle } = open.town.hub
    const { entityId, adminId } = open.town.town
    const acting = { entityId, userId: adminId }
    const config = asSent(simulator.config)
    const { id } = await cradle.connectors.create(acting, { connector, label: wanted, config })
    await cradle.connectors.update(acting, id, { polling: '0.2 s' })
    for (const { flow, slot, capability } of await cradle.connectors.associations(entityId))
      if (capability === wanted) await cradle.connectors.associate(acting, { flow, slot, instanceId: id })
  }
  const begin = async (flow: string) => {
    const { page } = open
    await page.getByRole('link', { name: 'Documents' }).first().click()
    await open.heading('Documents').waitFor()
    await open.button('Nouveau document').click()
    // Straight in the menu, wherever it stands: what lies on the page under it must not take the click.
    await page.getByRole('menuitem', { name: flow, exact: true }).click()
    await open.heading('Nouveau document').waitFor()
  }

  beforeAll(async () => {
    open = await openTown()
    ;[seances, helios] = await Promise.all([idelibre(), s2low()])
    await connect('idelibre', seances, 'convocation')
    await connect('s2low', helios, 'tdtHelios')
    await open.page.goto(open.url)
    await open.signIn(camille)
    await open.heading('Documents').waitFor()
  }, 180_000)
  afterAll(async () => {
    await open[Symbol.asyncDispose]()
    await seances.close()
    await helios.close()
  })

  test('une séance se remplit, projets et fichiers compris, part, et ses convocations se suivent', async () => {
    const { page } = open
    await begin('Séances')
    await page.getByLabel('Objet').fill(SEANCE)
    await page.locator('#champ-convocation-date').fill('2035-09-15')
    await page.locator('#champ-convocation-heure').fill('18:30')
    await open.pick(page.locator('#champ-convocation-type'), /\S/u)
    await page.locator('#champ-convocation-lieu').fill('Salle des fêtes')
    await page.locator('#champ-convocation-convocation').setInputFiles(await pdf('convocation.pdf'))
    const agenda = page.getByRole('group', { name: 'Ordre du jour' })
    for (const [at, nom] of ['Budget 2036', 'Tarifs de la cantine'].entries()) {
      await agenda.getByRole('button', { name: /^Ajouter une ligne à/u }).click()
      await page.locator(`#champ-convocation-projets-${at}-nom`).fill(nom)
      await page.locator(`#champ-convocation-projets-${at}-rapport`).setInputFiles(await pdf(`rapport ${at + 1}.pdf`))
      await agenda
        .getByText(`rapport ${at + 1}.pdf`, { exact: false })
        .first()
        .waitFor()
    }
    await open.pick(page.locator('#champ-convocation-projets-0-rapporteur'), /\S/u)
    await page.locator('#champ-convocation-projets-0-annexes').setInputFiles([await pdf('a.pdf'), await pdf('b.pdf')])
    await agenda.getByText('à enregistrer avec le formulaire').nth(3).waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Enregistrer et envoyer').click()
    await open.heading(SEANCE).waitFor()
    await page.getByText('Convocations suivies').first().waitFor()
    expect(seances.count('projet')).toBe(2)
    seances.sendConvocations()
    seances.read(0, { attendance: 'present' })
    await page.getByRole('region', { name: 'Convoqués' }).getByText('Présent').first().waitFor()
    expect(await axe(page)).toEqual([])
  }, 60_000)

  test('un lot se vérifie ligne à ligne, se corrige, se crée', async () => {
    const { page } = open
    const verify = async (file: LocalFile) => {
      await page.getByRole('link', { name: 'Lots' }).first().click()
      await page.getByRole('link', { name: 'Créer en lot' }).click()
      await open.pick(page.locator('#flux'), /^Actes$/u, 'Actes')
      await page.locator('#fichier').setInputFiles(file)
      await page.getByText('Fichier reçu : actes.zip').waitFor()
      expect(await axe(page)).toEqual([])
      await open.button('Vérifier le fichier').click()
      await page.getByText('Vérifié, à confirmer').waitFor()
    }
    await verify(await archive(['LOT_1', 'LOT 2', 'LOT_3']))
    await page.getByRole('row', { name: /^3 .*À corriger.*sans espace/u }).waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Annuler ce qui reste').click()
    await page.getByText('Annulé').first().waitFor()
    await verify(await archive(['LOT_1', 'LOT_2', 'LOT_3']))
    await open.button('Créer 3 documents').click()
    await page.getByText('Terminé · 3 faits').waitFor()
    await page.getByRole('link', { name: ACTES[1] }).waitFor()
  }, 60_000)

  test('des documents choisis dans la liste partent ensemble, et chacun dit ce qu’il est devenu', async () => {
    const { page, town } = open
    await page.getByRole('link', { name: 'Documents' }).first().click()
    for (const objet of ACTES) await page.getByRole('checkbox', { name: `Choisir ${objet}` }).click()
    await page.getByText('3 documents choisis').waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Envoyer (3)').click()
    await page.getByText('Terminé · 3 faits').waitFor()
    for (const objet of ACTES) await page.getByRole('row', { name: new RegExp(`${objet} Fait`, 'u') }).waitFor()
    expect(await axe(page)).toEqual([])
    await expect.poll(() => town.remotes.ged.count('dépôt'), { timeout: 20_000 }).toBe(3)
  }, 60_000)

  test('la liste se filtre par situation, date et champ, dans l’adresse, et s’ouvre de même', async () => {
    const { page } = open
    const rows = page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: /^Choisir (?!tous)/u }) })
    await page.getByRole('link', { name: 'Documents' }).first().click()
    await open.pick(page.locator('#filtre-sorte'), 'Terminés')
    await expect.poll(() => rows.count(), PATIENT).toBe(3)
    await open.pick(page.locator('#filtre-flux'), /^Actes$/u, 'Actes')
    await open.button('Plus de critères').click()
    await page.getByLabel('Créés à partir du').fill('2020-01-01')
    await open.pick(page.locator('#filtre-champ'), "Numéro de l'acte", 'Numéro')
    const field = page.getByLabel("Numéro de l'acte")
    await field.fill('LOT_2')
    await field.press('Enter')
    await expect.poll(() => rows.count(), PATIENT).toBe(1)
    await page.getByText('Plus de critères (2 utilisés)').waitFor()
    expect(await axe(page)).toEqual([])
    expect(new URL(page.url()).search).toContain(
      'sorte=termine&flux=ls-actes&du=2020-01-01&champ.tdtActes.numero=LOT_2',
    )
    await page.reload()
    await expect.poll(() => rows.count(), PATIENT).toBe(1)
    expect(await page.getByLabel("Numéro de l'acte").inputValue()).toBe('LOT_2')
    await page.getByLabel('Créés à partir du').fill('2099-01-01')
    await open.button('Effacer les critères').click()
    await expect.poll(() => rows.count(), PATIENT).toBe(4)
    // The address of an old link (plugins/pastell/links.ts).
    await page.goto(page.url().replace(/\?.*$/u, '').concat('?flux=seance'))
    await expect.poll(() => rows.count(), PATIENT).toBe(1)
    expect(await page.locator('#filtre-flux').inputValue()).toBe('Séances')
  }, 60_000)

  test('un document se duplique en brouillon, fichiers compris', async () => {
    const { page } = open
    await page.getByRole('link', { name: 'Documents' }).first().click()
    await page.getByRole('link', { name: SEANCE }).click()
    await open.button('Dupliquer').click()
    await page.getByText('Voici la copie').first().waitFor()
    expect(await page.getByLabel('Objet').inputValue()).toBe(SEANCE)
    await page.getByRole('link', { name: /Télécharger convocation\.pdf/u }).waitFor()
    await page.getByRole('button', { name: /^1\s*Budget 2036/u }).waitFor()
    expect(await axe(page)).toEqual([])
  })

  test('les lignes qu’un acquit refuse se lisent une à une', async () => {
    const { page } = open
    await begin('Helios')
    await page.getByLabel('Objet').fill('Mandats de février')
    await page.locator('#champ-fichierPes').setInputFiles({
      name: 'mandats.xml',
      mimeType: 'application/xml',
      buffer: samplePes({ bordereaux: 1, piecesPerBordereau: 2 }),
    })
    await page.getByRole('link', { name: /Télécharger mandats\.xml/u }).waitFor()
    await page.getByRole('checkbox', { name: 'Télétransmission à la trésorerie' }).click()
    await open.button('Enregistrer et envoyer').click()
    await open.heading('Mandats de février').waitFor()
    await expect.poll(() => helios.helios.sent.length, { timeout: 15_000 }).toBe(1)
    helios.helios.answer('partial')
    const refused = page.getByRole('region', { name: 'Lignes refusées' })
    await refused.getByRole('row').nth(1).waitFor()
    expect(await refused.getByRole('row').count()).toBe(2)
    expect(await axe(page)).toEqual([])
  }, 60_000)

  test('une facture se lit à l’écran : le pivot de Chorus Pro page par page, un Factur-X et son PDF', async () => {
    const { page } = open
    const read = async (flow: string, field: string, file: LocalFile, link: string) => {
      await begin(flow)
      await page.locator(`#champ-${field}`).setInputFiles(file)
      await open.button('Enregistrer').click()
      const [reading] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('link', { name: `${link} : ${file.name}` }).click(),
      ])
      await reading.waitForLoadState()
      return reading
    }
    const pivot = { name: 'pivot.xml', mimeType: 'application/xml', buffer: Buffer.from(samplePivot('F-1', 'F-2')) }
    const first = await read('Facture Chorus Pro', 'pivot', pivot, 'Voir la facture')
    await first.getByRole('heading', { level: 1, name: 'Facture F-1' }).waitFor()
    expect(await axe(first)).toEqual([])
    await first.getByRole('link', { name: /suivante/iu }).click()
    await first.getByRole('heading', { level: 1, name: 'Facture F-2' }).waitFor()
    await first.close()

    const buffer = await samplePdfWith({ 'factur-x.xml': sampleCii() })
    const facturx = { name: 'facturx.pdf', mimeType: 'application/pdf', buffer }
    const second = await read('Facture Chorus fournisseur', 'fichier', facturx, 'Voir les données de la facture')
    await second.getByRole('heading', { level: 1, name: 'Avoir F-2026-8' }).waitFor()
    await second.getByText('Stylos bleus').waitFor()
    expect(await axe(second)).toEqual([])
    await second.close()
    expect(open.faults).toEqual([])
  }, 60_000)

  test('tous les documents d’une recherche, même ceux que la liste ne montre pas encore, se traitent ensemble', async () => {
    const { page, town } = open
    const { entityId, adminId } = town.town
    const drafts = Array.from({ length: 53 }, (_, at) => `Carton ${at + 1}`)
    for (const titre of drafts)
      await town.hub.cradle.documents.create({ entityId, flow: 'depot-ged', values: { titre }, by: adminId })
    await page.goto(`${open.url}/entites/${entityId}/documents?flux=depot-ged`)
    await page.getByRole('checkbox', { name: 'Choisir Carton 53' }).click()
    await open.button('Prendre tous ceux de la recherche').click()
    await page.getByText('Tous les documents de la recherche').waitFor()
    expect(await axe(page)).toEqual([])
    await open.button('Supprimer (53)').click()
    const question = page.getByRole('alertdialog').or(page.getByRole('dialog'))
    await question.getByText('53 documents').waitFor()
    await question.getByRole('button', { name: 'Supprimer' }).click()
    await page.getByText('Terminé · 53 faits').waitFor()
    await page.goto(`${open.url}/entites/${entityId}/documents?flux=depot-ged`)
    await page.getByText('Aucun document ne correspond').waitFor()
  }, 60_000)

  test('une lettre de la préfecture est liée à son acte, et chacun mène à l’autre', async () => {
    const { page, town } = open
    const { connectors } = town.hub.cradle
    const { entityId, adminId } = town.town
    const acte = await town.reaches(await town.send('LIE_1'), ['termine'])
    town.remotes.tdt.prefectureLetter(4, { about: String(acte.data['tdtActes.transactionId']) })
    const instance = (await connectors.list(entityId)).find(each => each.label.startsWith('S²LOW'))
    await connectors.run({ entityId, userId: adminId }, instance?.id ?? '', 'courriers')
    await page.goto(`${open.url}/entites/${entityId}/documents/${acte.id}`)
    const linked = open.region('Documents liés')
    await linked.getByText("Lettre d'observations de la préfecture").waitFor()
    expect(await axe(page)).toEqual([])
    await linked.getByRole('link').first().click()
    await linked.getByRole('link', { name: /Passerelle piétonne/u }).click()
    await open.heading(/Passerelle piétonne/u).waitFor()
    expect(open.faults).toEqual([])
  }, 60_000)
})
