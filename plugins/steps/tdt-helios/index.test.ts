import { describe, expect, test } from 'vitest'
import { ConfigurationError, defineFlow, file, TemporaryError, text } from '#core'
import { createAuthority, fakeTdtHelios, samplePes, signPes, testHub } from '#core/testing'
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

const sent = async (
  before: (remote: ReturnType<typeof fakeTdtHelios>) => void = () => {},
  { pes = samplePes(), of = flow }: { readonly pes?: Uint8Array; readonly of?: typeof flow } = {},
) => {
  const remote = fakeTdtHelios()
  before(remote)
  const hub = testHub(of, [tdtHelios], { tdtHelios: remote.tdtHelios })
  const create = async (content: Uint8Array, objet = 'Mandats de janvier') => {
    const document = await hub.create({ objet, pes: await hub.ports.files.save(content, 'mandats.xml') })
    await document.submit()
    return document
  }
  return { hub, document: await create(pes), remote, create }
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
    expect(document.state).toBe('tdtHelios.nonEnvoye')
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

describe('ce que dit le PES', () => {
  test('ses champs sont lus avant l’envoi', async () => {
    const { document } = await sent(undefined, { pes: samplePes({ bordereaux: 2, pjs: 2 }) })
    expect(document.data).toMatchObject({
      'tdtHelios.idColl': '21340001700017',
      'tdtHelios.dteStr': '2026-01-15',
      'tdtHelios.codBud': '00',
      'tdtHelios.exercice': '2026',
      'tdtHelios.idBordereau': '1, 2',
      'tdtHelios.idPce': '1001, 1002, 2001, 2002',
      'tdtHelios.idNature': '6067',
      'tdtHelios.idFonction': '213',
      'tdtHelios.nomFic': 'PESALR2_Démonstration_001',
      'tdtHelios.libelleBudget': 'Budget général de la ville',
      'tdtHelios.etatSignatures': 'absente',
    })
  })

  test.each([
    ['sans nom ni code de collectivité', samplePes({ nomFic: '', codCol: '' }), '« NomFic » est absente'],
    ['qui n’est pas un PES', Buffer.from('<Facture/>'), "n'est pas un PES aller"],
    ['qui n’est pas du XML', Buffer.from('%PDF-1.4'), "n'est pas un fichier XML lisible"],
  ])('un fichier %s ne part pas, et le dit', async (_what, pes, why) => {
    const { document, remote } = await sent(undefined, { pes })
    expect(document.state).toBe('tdtHelios.nonConforme')
    expect(document.message).toContain(why)
    expect(remote.sent.size).toBe(0)
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })

  test('les autorités du connecteur jugent le certificat du signataire, sans retenir le PES', async () => {
    const signer = createAuthority('Autorité de la ville').issueClient('Camille Durand')
    const authorities = Buffer.from(createAuthority('Autorité d’ailleurs').certificate)
    const pes = await signPes(samplePes(), { signer, signingTime: new Date().toISOString() })
    const { document } = await sent(remote => Object.assign(remote.tdtHelios, { signers: { authorities } }), { pes })
    expect(document.state).toBe('tdtHelios.envoye')
    expect(document.data['tdtHelios.etatSignatures']).toBe('invalide')
    expect(document.data['tdtHelios.signatures']).toContain('autorité non reconnue de Camille Durand')
  })

  test('ses signatures sont vérifiées, et leur bilan est gardé', async () => {
    const signer = createAuthority('Autorité').issueClient('Camille Durand', { notBefore: new Date('2025-01-01') })
    const good = await signPes(samplePes(), { signer })
    const { document, create } = await sent(undefined, { pes: good })
    expect(document.data['tdtHelios.etatSignatures']).toBe('valide')
    expect(document.journal).toContain('PES « PESALR2_Démonstration_001 » lu. 1 signature, valide.')
    const text = (await signPes(samplePes({ nomFic: 'AUTRE' }), { signer })).toString('latin1')
    const altered = await create(Buffer.from(text.replace('V="1001"', 'V="1009"'), 'latin1'))
    expect(altered.data['tdtHelios.etatSignatures']).toBe('invalide')
    expect(altered.data['tdtHelios.signatures']).toContain('le contenu a changé depuis la signature')
  })
})

describe('un PES ne part qu’une fois', () => {
  test('le même nom est refusé, et l’autre document est nommé', async () => {
    const { create, remote } = await sent()
    const second = await create(samplePes({ dteStr: '2026-01-20' }), 'Le même')
    expect(second.state).toBe('tdtHelios.nonConforme')
    expect(second.message).toContain('déjà été confié au document « Mandats de janvier » (doc1, Transmis au TdT)')
    expect(remote.sent.size).toBe(1)
    // The name alone is not enough: another budget collectivity may use it.
    expect((await create(samplePes({ codCol: '456' }))).state).toBe('tdtHelios.envoye')
  })

  test('un PES que le TdT a rejeté peut être remplacé sous le même nom', async () => {
    const { hub, create, remote } = await sent()
    remote.reject('Fichier non conforme au schéma')
    await hub.advance('1 h')
    expect((await create(samplePes({ dteStr: '2026-01-20' }))).state).toBe('tdtHelios.envoye')
  })
})

describe('l’acquit, ligne par ligne', () => {
  const refusedPiece = {
    ...{ domain: '5', accepted: false, bordereau: '7', exercice: '2026', idUnique: '', errors: [] },
    pieces: [
      { number: '1001', errors: [], lines: [{ number: '2', errors: [{ code: '2043', label: 'IBAN invalide' }] }] },
      { number: '1002', errors: [{ code: '2001', label: 'Tiers inconnu' }], lines: [] },
    ],
  }

  test('l’agent voit quel mandat est refusé, et pourquoi', async () => {
    const { hub, document, remote } = await sent()
    remote.answer('partial', [refusedPiece])
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
    expect(String(document.data['tdtHelios.resume']).split('\n')).toEqual([
      'Accepté en partie par la trésorerie : 1 élément refusé sur 10 (2043 IBAN invalide).',
      '- Mandat 1001, ligne 2 (bordereau 7 de 2026) : 2043 IBAN invalide',
      '- Mandat 1002 (bordereau 7 de 2026) : 2001 Tiers inconnu',
    ])
    expect(document.data['tdtHelios.lignesRefusees']).toEqual([
      expect.objectContaining({ objet: 'Mandat 1001, ligne 2', bordereau: '7', ligne: '2', motif: 'IBAN invalide' }),
      expect.objectContaining({ objet: 'Mandat 1002', piece: '1002', ligne: '', code: '2001' }),
    ])
  })

  test('dix mille refus ne font pas dix mille lignes, et le reste est annoncé', async () => {
    const { hub, document, remote } = await sent()
    remote.answer(
      'refused',
      Array.from({ length: 10_000 }, () => refusedPiece),
    )
    await hub.advance('1 h')
    expect(document.data['tdtHelios.lignesRefusees']).toHaveLength(500)
    expect(document.data['tdtHelios.resume']).toContain('… et 19970 autres refus')
  })

  test('une étape réglée pour s’arrêter sur un refus attend une décision', async () => {
    const stopping = defineFlow({
      ...{ id: 'essai-arret', version: 1, label: 'Essai', family: 'Finances' },
      fields: { objet: text('Objet', { required: true, title: true }), pes: file('PES', { required: true }) },
      steps: ({ objet, pes }) => [tdtHelios({ objet, pes }).set({ arretSurRefus: 'oui' })],
    })
    const { hub, document, remote } = await sent(undefined, { of: stopping })
    remote.answer('partial', [refusedPiece])
    await hub.advance('1 h')
    expect(document.state).toBe('tdtHelios.refuse')
    await document.ask('tdtHelios.poursuivreMalgreRefus')
    expect(document.state).toBe('termine')
    expect(document.data['tdtHelios.etatAck']).toBe('2')
  })

  test('un réglage inconnu est refusé', () => {
    expect(tdtHelios.definition.checkSettings?.({ arretSurRefus: 'peut-être' })).toContain('« oui » ou « non »')
    expect(tdtHelios.definition.checkSettings?.({ arret: 'oui' })).toContain("n'existe pas")
  })
})
