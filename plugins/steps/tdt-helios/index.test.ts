import { describe, expect, test } from 'vitest'
import { ConfigurationError, defineFlow, file, TemporaryError, text } from '#core'
import { fakeTdtHelios, fileNamed, testHub } from '#core/testing'
import { tdtHelios } from './index.ts'

const flow = defineFlow({
  id: 'essai-helios',
  version: 1,
  label: 'Essai',
  family: 'Finances',
  fields: {
    objet: text('Objet', { required: true, title: true }),
    pes: file('PES', { required: true }),
  },
  steps: ({ objet, pes }) => [tdtHelios({ objet, pes })],
})

const sent = async (before: (remote: ReturnType<typeof fakeTdtHelios>) => void = () => {}) => {
  const remote = fakeTdtHelios()
  before(remote)
  const hub = testHub(flow, [tdtHelios], { tdtHelios: remote.tdtHelios })
  const document = await hub.create({ objet: 'Mandats de janvier', pes: fileNamed('mandats.xml') })
  await document.submit()
  return { hub, document, remote }
}

describe('jusqu’à l’acquit', () => {
  test('un PES part, est suivi, et sa réponse clôt l’étape', async () => {
    const { hub, document, remote } = await sent()
    expect(document.state).toBe('tdtHelios.envoye')
    expect(document.data).toMatchObject({ 'tdtHelios.transactionId': '1', 'tdtHelios.etatAck': '0' })
    await hub.advance('1 h')
    expect(document.state).toBe('tdtHelios.envoye')
    remote.answer('accepted')
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
    expect(document.data).toMatchObject({
      'tdtHelios.etatAck': '1',
      'tdtHelios.acquit': { name: 'mandats_ACK.xml' },
    })
    expect(document.journal).toContain('Accepté par la trésorerie (10 éléments acquittés)')
  })

  test('un acquit partiel, un refus ou un acquit vide poursuivent aussi, et le disent', async () => {
    for (const outcome of ['partial', 'refused', 'empty'] as const) {
      const { hub, document, remote } = await sent()
      remote.answer(outcome)
      await hub.advance('1 h')
      expect(document.state).toBe('termine')
      expect(document.data['tdtHelios.etatAck']).toBe('2')
    }
  })

  test('le silence de trente jours est signalé, et « Réessayer » reprend le suivi sans renvoyer', async () => {
    const { hub, document, remote } = await sent()
    await hub.advance('31 d')
    expect(document.state).toBe('tdtHelios.erreurSuivi')
    remote.answer('accepted')
    await document.ask('tdtHelios.verifier')
    expect(document.state).toBe('termine')
    expect(remote.sent.size).toBe(1)
  })
})

describe('refus', () => {
  test('rejeté par le TdT : le motif, puis le brouillon si on le rouvre', async () => {
    const { hub, document, remote } = await sent()
    remote.reject('Fichier non conforme au schéma')
    await hub.advance('1 h')
    expect(document.state).toBe('tdtHelios.rejete')
    expect(document.message).toBe('Fichier non conforme au schéma')
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })

  test('refusé à l’envoi : rien n’est parti, et « Réessayer » renvoie', async () => {
    const { document, remote } = await sent(({ tdtHelios: tdt }) => {
      const send = tdt.send.bind(tdt)
      let first = true
      tdt.send = pes => {
        if (!first) return send(pes)
        first = false
        return Promise.resolve({ is: 'refused', reason: 'La balise « NomFic » est absente ou vide.' })
      }
    })
    expect(document.state).toBe('tdtHelios.erreurEnvoi')
    expect(document.message).toContain('NomFic')
    await document.ask('tdtHelios.envoyer')
    expect(document.state).toBe('tdtHelios.envoye')
    expect(remote.sent.size).toBe(1)
  })

  test('un connecteur mal réglé suspend l’instance et garde le document', async () => {
    const { hub, document } = await sent(({ mishaps }) =>
      mishaps.failOnce(new ConfigurationError('Le certificat a expiré.')),
    )
    expect(document.state).toBe('tdtHelios.aEnvoyer')
    await hub.resume('tdtHelios')
    expect(document.state).toBe('tdtHelios.envoye')
  })
})

describe('réponse perdue', () => {
  const inDoubt = () => sent(({ mishaps }) => mishaps.loseNextAnswer())

  test('le document attend une personne, et rien ne repart tout seul', async () => {
    const { hub, document, remote } = await inDoubt()
    expect(document.state).toBe('tdtHelios.incertain')
    await hub.advance('30 d')
    expect(document.state).toBe('tdtHelios.incertain')
    expect(remote.sent.size).toBe(1)
  })

  test('confirmé sans numéro : il est demandé, et le suivi reprend avec lui', async () => {
    const { hub, document, remote } = await inDoubt()
    await document.ask('confirmer')
    expect(document.state).toBe('tdtHelios.aIdentifier')
    await expect(document.ask('tdtHelios.reprendre')).rejects.toThrow('numéro de transaction')
    expect(document.edit({ 'tdtHelios.transactionId': '1' })).toEqual([])
    await document.ask('tdtHelios.reprendre')
    remote.answer('accepted')
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
    expect(remote.sent.size).toBe(1)
  })

  test('renvoyé par une personne, le doublon le prouve arrivé et demande son numéro', async () => {
    const { document, remote } = await inDoubt()
    await document.ask('tdtHelios.envoyer')
    expect(document.state).toBe('tdtHelios.aIdentifier')
    expect(document.message).toContain('Doublon')
    expect(remote.sent.size).toBe(1)
  })

  test('une panne avant l’envoi n’est pas un doute : un nouvel essai part de lui-même', async () => {
    const { hub, document, remote } = await sent(({ mishaps }) =>
      mishaps.failOnce(new TemporaryError('Le TdT est en maintenance.')),
    )
    expect(document.state).toBe('tdtHelios.aEnvoyer')
    await hub.advance('1 h')
    expect(document.state).toBe('tdtHelios.envoye')
    expect(remote.sent.size).toBe(1)
  })
})
