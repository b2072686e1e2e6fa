import { expect, test } from 'vitest'
import type { Flow } from '#core'
import { demanded, fakeTown, samplePes, testHub } from '#core/testing'
import { archivage } from '../steps/sae/index.ts'
import { depotGed } from '../steps/ged/index.ts'
import { signature } from '../steps/signature/index.ts'
import { tdtHelios } from '../steps/tdt-helios/index.ts'

const asked = { envoiTdt: true, envoiGed: true, envoiSae: true }
const signed = { envoiSignature: true, 'signature.circuit': { value: 'finances/pes', label: 'Finances / PES' } }

/** A PES on its way through a flow that ls-helios replaced; every box is ticked but for what `values` says. */
export const sent = async (flow: Flow, values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [archivage, depotGed, signature, tdtHelios], remotes.capabilities)
  const pes = await hub.ports.files.save(samplePes(), 'mandats.xml')
  const complete = { objet: 'Mandats de janvier', fichierPes: pes, ...asked, ...signed, ...values }
  const document = await hub.create(complete)
  await document.submit()
  return { ...remotes, hub, document, complete }
}

/** What the former flows of the family have in common, whatever their pace. */
export const ancienHelios = (flow: Flow): void => {
  test('l’objet et le PES sont exigés, et le circuit d’un PES à signer', async () => {
    const { hub, document, complete } = await sent(flow)
    expect(document.current.title).toBe('Mandats de janvier')
    expect(await demanded(hub, complete)).toEqual(['objet', 'fichierPes', 'signature.circuit'])
  })

  test('la signature demandée par un logiciel, sous son ancien nom, compte comme la case', async () => {
    const { document, parapheur } = await sent(flow, { envoiSignature: false, envoiSignatureApi: true })
    expect([document.state, parapheur.folders.size]).toEqual(['signature.envoye', 1])
  })

  test.each([
    [{ envoiSignature: false }, 'tdtHelios.envoye'],
    [{ envoiSignature: false, envoiTdt: false, envoiGed: false }, 'sae.envoye'],
  ])('%j : l’étape sans case est sautée', async (values, state) => {
    const { document, hub } = await sent(flow, values)
    await hub.settleDown()
    expect(document.state).toBe(state)
  })

  test('c’est le PES signé qui part à la trésorerie', async () => {
    const { document, hub, parapheur, helios } = await sent(flow)
    parapheur.sign(await hub.ports.files.save(samplePes({ dteStr: '2026-01-14' }), 'mandats-signes.xml'))
    await hub.advance('1 min')
    if (document.state === 'signature.signe') await document.ask('poursuivre')
    expect([...helios.sent.values()].map(({ pes }) => pes.name)).toEqual(['mandats-signes.xml'])
  })
}
