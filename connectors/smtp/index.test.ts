import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError, type MailAEnvoyer } from '#core'
import { decodedMail as decoded, mailsecConformance, sampleMail } from '#core/conformance'
import { connectForTest, createAuthority, sampleDocument } from '#core/testing'
import smtp from './index.ts'
import { recipientOf } from './message.ts'
import { createSimulator, type SmtpSimulatorOptions } from './simulator.ts'

/** Making a key takes longer than all the rest. */
const authority = createAuthority()

const started = async (options: SmtpSimulatorOptions = {}, change: object = {}, allowLoopback = true) => {
  const simulator = await createSimulator({ authority, ...options })
  const connected = await connectForTest(smtp, { ...simulator.config, ...change }, { allowLoopback })
  const send = async (mail: Partial<MailAEnvoyer> = {}) =>
    connected.connector.mailsec.send(await sampleMail(connected.context.files, mail))
  return {
    simulator,
    ...connected,
    send,
    failure: (mail: Partial<MailAEnvoyer> = {}) =>
      send(mail).then(
        sent => new Error(`nothing failed: ${sent.is}`),
        (error: unknown) => error,
      ),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

mailsecConformance('Le connecteur SMTP', smtp, async () => {
  const simulator = await createSimulator({ authority })
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    unknown: 'inconnu@exemple.fr',
    busy: 'pleine@exemple.fr',
    content: /^DATA/u,
    messages: () => simulator.messages,
    close: () => simulator.close(),
  }
})

describe('la connexion', () => {
  test('« Tester » dit le chiffrement, le compte, la taille et les avis de remise', async () => {
    await using bench = await started({ size: 5 * 1024 * 1024 })
    const said = await bench.connector.check()
    expect(said).toMatch(/Connecté à 127\.0\.0\.1 : connexion chiffrée \(TLSv1\.3, certificat valable jusqu'au/u)
    expect(said).toContain('compte « passeur » accepté')
    expect(said).toMatch(/messages jusqu'à 5 Mo/u)
    expect(said).toContain('avis de remise (DSN) proposés')
    await using poor = await started({ dsn: false, security: 'tls' })
    expect(await poor.connector.check()).toContain("n'envoie pas d'avis de remise")
  })

  test.each(['starttls', 'tls', 'none'] as const)('%s : un message part', async security => {
    await using bench = await started({ security })
    expect((await bench.send()).is).toBe('sent')
  })

  test('STARTTLS exigé : un serveur qui ne le propose pas ne reçoit ni compte ni message', async () => {
    await using bench = await started({ security: 'none' }, { securite: 'starttls', identifiant: 'x', motDePasse: 'y' })
    const error = await bench.failure()
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('STARTTLS')
    expect(bench.simulator.messages).toEqual([])
  })

  test('un chiffrement qui n’est pas celui du port est expliqué', async () => {
    await using bench = await started({ security: 'starttls' }, { securite: 'tls' })
    const error = await bench.failure()
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('« Chiffrement »')
  })

  test('le certificat du serveur est vérifié, par STARTTLS comme dès la connexion', async () => {
    const expired = authority.issueServer(undefined, { notAfter: new Date('2024-01-01') })
    const elsewhere = authority.issueServer(['smtp.exemple.fr'])
    for (const security of ['starttls', 'tls'] as const) {
      await using untrusted = await started({ security }, { autorite: undefined })
      expect(await untrusted.failure()).toBeInstanceOf(ConfigurationError)
      await using old = await started({ security, authority, certificate: expired })
      expect(String(await old.failure())).toContain('a expiré')
      await using other = await started({ security, authority, certificate: elsewhere })
      expect(String(await other.failure())).toContain('pour un autre nom')
    }
  })

  test('« Aucun » chiffrement ne vaut que vers un réseau interne que la plateforme autorise', async () => {
    await using closed = await started({ security: 'none' }, {}, false)
    expect(String(await closed.failure())).toContain('réseau interne')
    const { connector } = await connectForTest(smtp, { ...closed.simulator.config, serveur: '192.0.2.1' })
    await expect(connector.check()).rejects.toThrow('sans chiffrement')
  })

  test('un relais qui exige un compte le fait dire', async () => {
    await using bench = await started({}, { identifiant: undefined, motDePasse: undefined })
    const error = await bench.failure()
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('exige un compte')
  })
})

describe('les réponses du serveur', () => {
  test.each([
    ['CONNECT', 554, ConfigurationError, "autoriser l'adresse"],
    ['CONNECT', 421, TemporaryError, 'remet à plus tard'],
    ['AUTH', 454, TemporaryError, 'remet à plus tard'],
    ['AUTH', 535, ConfigurationError, "vérifiez l'identifiant"],
    ['MAIL', 553, ConfigurationError, "n'accepte pas l'expéditeur"],
    ['MAIL', 451, TemporaryError, 'remet à plus tard'],
    ['RCPT', 450, TemporaryError, 'remet à plus tard'],
    ['DATA', 451, TemporaryError, 'remet à plus tard'],
    ['DATA', 554, PermanentError, 'refuse le contenu'],
  ] as const)('%s → %i', async (command, status, kind, words) => {
    await using bench = await started()
    bench.simulator.faults.plan(
      { kind: 'status', status, body: 'raison du serveur' },
      { on: new RegExp(`^${command}`, 'u') },
    )
    const error = await bench.failure()
    expect(error).toBeInstanceOf(kind)
    expect(String(error)).toContain(words)
    expect(String(error)).toContain('raison du serveur')
    if (error instanceof TemporaryError) expect(error.maybeSent).toBe(false)
    expect((await bench.send()).is).toBe('sent')
  })

  test('liste grise : refusé d’abord, accepté ensuite', async () => {
    await using bench = await started()
    expect(await bench.failure({ to: 'liste-grise@exemple.fr' })).toBeInstanceOf(TemporaryError)
    expect((await bench.send({ to: 'liste-grise@exemple.fr' })).is).toBe('sent')
  })

  test('une réponse qui n’est pas du SMTP est une erreur passagère', async () => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'garbage' }, { on: /^CONNECT/u })
    expect(await bench.failure()).toBeInstanceOf(TemporaryError)
  })

  test('un message plus gros que la limite annoncée est refusé avec un remède', async () => {
    await using bench = await started({ size: 1000 }, { contenu: `${'long '.repeat(400)}%LINK%` })
    const error = await bench.failure()
    expect(error).toBeInstanceOf(PermanentError)
    expect(String(error)).toContain('allégez')
  })
})

describe('le message', () => {
  test("porte l'expéditeur, la clé, l'adresse de retour, et demande les avis", async () => {
    await using bench = await started({}, { repondreA: 'accueil@ville.example', verp: true, entete: 'X-Suivi' })
    await bench.send()
    const [message] = bench.simulator.messages
    expect(message).toMatchObject({
      from: 'retours+k3f9a0c17be2d4856@ville.example',
      envid: 'k3f9a0c17be2d4856',
      notify: ['FAILURE', 'DELAY'],
    })
    for (const header of [
      'From: =?UTF-8?Q?',
      'Reply-To: accueil@ville.example',
      'X-Suivi: k3f9a0c17be2d4856',
      'Auto-Submitted: auto-generated',
    ])
      expect(message?.raw.replace('From: Ville', 'From: =?UTF-8?Q?')).toContain(header)
  })

  test('les modèles sont remplis, sans remplir ce que disent les valeurs', async () => {
    await using bench = await started(
      {},
      { objet: '%TITRE% (%FLUX:numero_de_lacte%)', contenu: '%FLUX:objet% / %FLUX:nature% / %FLUX:absent%|' },
    )
    const document = await sampleDocument(bench.context.files, { title: '%LINK% $& <b>' })
    await bench.send({ document })
    const raw = decoded(bench.simulator.messages[0]?.raw ?? '')
    expect(raw).toContain('%LINK% $& <b> / Délibération / |')
    expect(raw).toContain('(2026_012)')
    // The link that the template does not place comes at the end.
    expect(raw.trimEnd().endsWith('https://mail.ville.example/mail/7d1f')).toBe(true)
  })

  test('le modèle HTML reçoit des valeurs échappées, ses images, et le lien', async () => {
    const pixel = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    const html = '<html><body><img src="cid:image0"><h1>%TITRE%</h1></body></html>'
    await using bench = await started({}, { contenuHtml: Buffer.from(html), image0: pixel })
    const document = await sampleDocument(bench.context.files, { title: '<script>"&\'' })
    await bench.send({ document, link: 'https://mail.ville.example/?a=1&b=2' })
    const raw = decoded(bench.simulator.messages[0]?.raw ?? '')
    expect(raw).toContain('<h1>&lt;script&gt;&quot;&amp;&#39;</h1>')
    expect(raw).toContain('<p><a href="https://mail.ville.example/?a=1&amp;b=2">')
    expect(raw).toContain('Content-ID: <image0>')
    await using placed = await started({}, { contenuHtml: Buffer.from('<p>%TITRE%</p><a href="%LINK%">Ouvrir</a>') })
    await placed.send({ document, link: 'https://mail.ville.example/?a=1&b=2' })
    const [second] = placed.simulator.messages
    expect(decoded(second?.raw ?? '')).toContain(
      '<p>&lt;script&gt;&quot;&amp;&#39;</p><a href="https://mail.ville.example/?a=1&amp;b=2">Ouvrir</a>',
    )
    await using broken = await started({}, { contenuHtml: Buffer.from(html), image0: Buffer.from('texte') })
    expect(await broken.failure()).toBeInstanceOf(ConfigurationError)
  })

  test('une valeur lue dans un fichier JSON, et son absence', async () => {
    await using bench = await started({}, { contenu: '%FLUX:@acte:demande:ref% %FLUX:@acte:demande:nb% %LINK%' })
    const holding = async (json: string) => ({
      document: await sampleDocument(bench.context.files, {
        values: { acte: await bench.context.files.save(json, 'a.json') },
      }),
    })
    await bench.send(await holding('{"demande":{"ref":"R-12","nb":3}}'))
    expect(decoded(bench.simulator.messages[0]?.raw ?? '')).toContain('R-12 3 https://')
    for (const json of [
      '{"demande":{"ref":"R-12"}}',
      '{"demande":{"ref":{},"nb":1}}',
      '[]',
      'pas du JSON',
      '{"demande":null}',
    ]) {
      const error = await bench.failure(await holding(json))
      expect(error, json).toBeInstanceOf(PermanentError)
      expect(String(error)).toContain('%FLUX:@acte')
    }
    // What every object inherits is no key.
    await using hostile = await started({}, { contenu: '%FLUX:@acte:constructor:name%' })
    expect(
      await hostile.failure({
        document: await sampleDocument(hostile.context.files, {
          values: { acte: await hostile.context.files.save('{}', 'a.json') },
        }),
      }),
    ).toBeInstanceOf(PermanentError)
  })
})

test("l'adresse d'une seule personne, et rien d'autre", () => {
  expect(recipientOf('"Dupré, Élodie" <e@exemple.fr>')).toEqual({ name: 'Dupré, Élodie', address: 'e@exemple.fr' })
  expect(recipientOf('e@exemple.fr')).toEqual({ name: '', address: 'e@exemple.fr' })
  for (const to of ['', 'a@b.fr,c@d.fr', 'g: a@b.fr;', '<a@b.fr> <c@d.fr>', 'a@b.fr\n', '"x" <a b@c.fr>', 'a@'])
    expect(recipientOf(to), to).toBeUndefined()
})
