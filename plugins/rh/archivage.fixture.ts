import { expect, test } from 'vitest'
import type { Flow } from '#core'
import { demanded, fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../steps/sae/index.ts'

export const zip = { ...fileNamed('dossier.zip'), type: 'application/zip' }

interface Archived {
  readonly flow: Flow
  /** Everything that the form demands, and nothing else. */
  readonly complete: Readonly<Record<string, unknown>>
  readonly refusals: readonly (readonly [what: string, values: object, sentence: string])[]
}

/** What the flows of the family that only archive have in common: each gives its form and what it refuses. */
export const archiveAussitot = ({ flow, complete, refusals }: Archived): void => {
  const town = async (values: object = {}) => {
    const remotes = fakeTown()
    const hub = testHub(flow, [archivage], remotes.capabilities)
    return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
  }

  test('le document part aussitôt au service d’archives, qui l’accepte', async () => {
    const { document, hub, sae } = await town()
    await document.submit()
    expect([document.state, document.current.title]).toEqual(['sae.envoye', complete['titre']])
    sae.accept()
    await hub.advance('10 min')
    expect([document.state, document.data['sae.archiveId']]).toEqual(['termine', 'FRAD000_2026_1'])
  })

  test('tout ce qui est saisi est exigé', async () => {
    const { hub } = await town()
    expect(await demanded(hub, complete)).toEqual(Object.keys(complete))
  })

  test.each(refusals)('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
    const { document } = await town(values)
    await expect(document.submit()).rejects.toThrow(sentence)
  })
}
