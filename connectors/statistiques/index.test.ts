import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { periodOf } from './period.ts'

let whole: WholeHub
beforeAll(async () => void (whole = await startWholeHub()))
afterAll(() => whole[Symbol.asyncDispose]())

const made = async (entityId: string, objet: string, bytes = 0) => {
  const { documents, files } = whole.hub.cradle
  const by = whole.users.admin
  const { id, version } = await documents.create({ entityId, flow: 'ls-actes', values: { objet }, by })
  if (bytes > 0) {
    const file = await files.save(`%PDF-1.7 ${'x'.repeat(bytes - 9)}`, 'acte.pdf')
    await documents.putFile({ entityId, documentId: id, version, field: 'arrete', file, by })
  }
  return id
}

const instance = async (config: object) => {
  const acting = { entityId: whole.town, userId: whole.users.admin }
  const { connectors, reports } = whole.hub.cradle
  const { id } = await connectors.create(acting, {
    connector: 'statistiques',
    label: 'Statistiques',
    config: { flux: 'ls-actes', ...config },
  })
  return {
    run: async () => (await connectors.run(acting, id, 'produire')).message,
    test: async () => (await connectors.test(acting, id)).message,
    report: async () => {
      const [newest] = await reports.list(whole.town, id)
      return reports.read(whole.town, id, newest?.id ?? '0')
    },
  }
}

test('compte par entité et par état, dans sa branche, avec les colonnes de Pastell', async () => {
  await made(whole.town, 'Un', 1_000)
  await made(whole.town, 'Deux', 1_048)
  await made(whole.service, 'Trois')
  await made(whole.neighbour, 'Quatre', 5_000)
  const { run, test: check, report } = await instance({ filles: true })
  expect(await check()).toBe('Les statistiques porteraient sur 3 dossiers créés depuis le début.')
  expect(await run()).toMatch(
    /^Statistiques de 3 dossiers : \/api\/v3\/entites\/\d+\/connecteurs\/\d+\/rapports\/\d+$/u,
  )
  const { name, content } = await report()
  expect(name).toBe(`${whole.town}_ls-actes_debut-fin.csv`)
  expect(content.split('\r\n')).toEqual([
    'id_e,Entité,Nombre,Taille en octet,Taille arrondie,État,État label',
    `${whole.town},Ville,2,2048,2 Ko,brouillon,Brouillon`,
    `${whole.service},Service des assemblées,1,0,0 octets,brouillon,Brouillon`,
    '',
  ])
})

test('s’en tient à l’entité et à la période, et se règle pour les tableurs français', async () => {
  const { run, report } = await instance({ fin: '2020-01-01', separateur: 'pointVirgule' })
  expect(await run()).toContain('Statistiques de 0 dossier')
  const { name, content } = await report()
  expect(name).toBe(`${whole.town}_ls-actes_debut-2020-01-01.csv`)
  expect(content.startsWith('\uFEFFid_e;Entité;')).toBe(true)
})

test('se dépose aussi dans un flux, une fois par contenu', async () => {
  const { run } = await instance({ fluxRapport: 'ls-actes', champFichier: 'metadonnees', fin: '2020-01-01' })
  expect(await run()).toContain('Déposées dans « ls-actes ».')
  expect(await run()).toContain('Les mêmes ont déjà été déposées')
  const { items } = await whole.hub.cradle.documents.list({ entityId: whole.town, readable: ['ls-actes'] })
  expect(items.filter(({ title }) => title.startsWith('Statistiques '))).toHaveLength(1)
})

test('les mois et les années sont ceux du calendrier de Paris', () => {
  const newYear = new Date('2025-12-31T23:30:00Z')
  expect(periodOf('mois', undefined, undefined, newYear)).toEqual({ from: '2025-12-01', to: '2026-01-01' })
  expect(periodOf('annee', undefined, undefined, newYear)).toEqual({ from: '2025-01-01', to: '2026-01-01' })
  expect(periodOf('mois', undefined, undefined, new Date('2026-03-15T12:00:00Z'))).toEqual({
    from: '2026-02-01',
    to: '2026-03-01',
  })
  expect(() => periodOf('dates', '2026-02-01', '2026-02-01', newYear)).toThrow("n'est pas après la date de début")
})
