import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ConfigurationError } from '#core'
import { connectForTest, sampleDocument } from '#core/testing'
import seda from './index.ts'

const generated = async (config: Readonly<Record<string, unknown>>) => {
  await using connected = await connectForTest(seda, config)
  const { files } = connected.context
  const contents = await sampleDocument(files, { values: { acte: await files.save('acte', 'acte & cie.txt') } })
  const journal = await files.save('journal', 'journal.json')
  const sip = await connected.connector.seda.generate(contents, { journal, lines: [] }, 'V-1')
  return { sip, slip: await text(files.open(sip.bordereau)) }
}

test('un bordereau simulé nomme les fichiers, et l’archive les tient', async () => {
  const { sip, slip } = await generated({ service: 'FR-VILLE' })
  expect(sip).toMatchObject({ transferId: 'V-1', agency: 'FR-VILLE', bordereau: { name: 'bordereau-simulation.xml' } })
  expect(sip.archive.size).toBeGreaterThan(100)
  expect(slip).toContain('acte &amp; cie.txt</fichier>')
  expect(slip).toContain('0-journal.json')
})

test('un motif de refus fait échouer la génération, avec ces mots', () =>
  expect(generated({ refus: 'Sans profil' })).rejects.toThrow('Sans profil'))

test('des réglages refusés sont dits', () =>
  expect(generated({ panne: 'reglages' })).rejects.toThrow(ConfigurationError))

test('le bordereau est celui que l’administrateur a choisi', async () => {
  const { sip, slip } = await generated({ bordereau: Buffer.from('<ArchiveTransfer/>') })
  expect([sip.bordereau.name, slip]).toEqual(['bordereau.xml', '<ArchiveTransfer/>'])
})
