import { createHash, createPrivateKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto'
import { Readable } from 'node:stream'
import forge from 'node-forge'
import { ParseOption, XmlC14NMode, XmlDocument, XmlElement } from 'libxml2-wasm'
import { CertificateRevocationList, RevokedCertificate, Time } from 'pkijs'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../authoring/errors.ts'
import { createAuthority, samplePes, samplePesChunks, signPes, type PesSigning } from '../../../testing/index.ts'
import { memoryGrowth } from '../../../testing/conformance-files.ts'
import { certificateFrom } from '../../rfc3161/certificates.ts'
import { canonicalOf } from './algorithms.ts'
import { takeDigests } from './digests.ts'
import { signaturesSummary, verifyPesSignatures, type SignersTrust } from './index.ts'

const DATES = { notBefore: new Date('2025-01-01'), notAfter: new Date('2027-01-01') }
const authority = createAuthority('Autorité de la ville', DATES)
const stranger = createAuthority('Autorité d’ailleurs', DATES)
const namesake = createAuthority('Autorité de la ville', DATES)
const signer = authority.issueClient('Camille Durand', DATES)

const byteByByte = (bytes: Buffer) => Readable.from(Array.from(bytes, (_byte, rank) => bytes.subarray(rank, rank + 1)))
const verify = (bytes: Buffer, largestWhole?: number) =>
  verifyPesSignatures(() => Readable.from([bytes]), {
    size: bytes.length,
    ...(largestWhole === undefined ? {} : { largestWhole }),
  })
const signed = (options: Partial<PesSigning> = {}, pes = samplePes({ bordereaux: 3 })) =>
  signPes(pes, { signer, ...options })
const replaced = (bytes: Buffer, from: string | RegExp, to: string): Buffer => {
  const text = bytes.toString('latin1')
  const other = text.replace(from, to)
  expect(other).not.toBe(text)
  return Buffer.from(other, 'latin1')
}
const sentences = async (bytes: Buffer) => (await verify(bytes)).signatures.map(({ sentence }) => sentence)

describe('une signature est valide', () => {
  test.each<[string, Partial<PesSigning>]>([
    ['sur chaque bordereau, forme exclusive, SHA-256', {}],
    ['sur chaque bordereau, forme inclusive, SHA-1', { canonical: 'inclusive', hash: 'sha1' }],
    ['sur le fichier entier', { what: 'file' }],
    ['sur le fichier entier, forme inclusive', { what: 'file', canonical: 'inclusive' }],
  ])('%s', async (_how, options) => {
    const { signatures, bordereaux } = await verify(await signed(options))
    expect(signatures).toHaveLength(options.what === 'file' ? 1 : 3)
    expect(signatures[0]?.sentence).toBe(
      'Signature valide de Camille Durand : signée le 15/01/2026 ; autorité et révocation non vérifiées.',
    )
    expect(bordereaux.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['1', 'valide'],
      ['2', 'valide'],
      ['3', 'valide'],
    ])
  })

  test('avec une clé à courbe elliptique', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = forge.asn1.fromDer(publicKey.export({ type: 'spki', format: 'der' }).toString('binary'))
    const certificate = forge.pki.certificateFromPem(signer.certificate)
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    // node-forge knows no elliptic key: the public key is put in place of the other one, and the certificate signed over.
    const asn1 = forge.pki.certificateToAsn1(certificate)
    const parts = (asn1.value as forge.asn1.Asn1[])[0]?.value as forge.asn1.Asn1[]
    parts[6] = spki
    const der = Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64')
    const pem = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`
    const bytes = await signed({ signer: { certificate: pem, key } })
    expect((await verify(bytes)).signatures.map(({ verdict }) => verdict)).toEqual(['valide', 'valide', 'valide'])
  })

  test('coupée n’importe où par le réseau', async () => {
    const bytes = await signed({}, samplePes())
    const { signatures } = await verifyPesSignatures(() => byteByByte(bytes), { size: bytes.length })
    expect(signatures.map(({ verdict }) => verdict)).toEqual(['valide'])
  })
})

describe('une signature ne vaut rien', () => {
  test('un octet du bordereau a changé : celui-là seul est altéré', async () => {
    const bytes = replaced(await signed(), 'V="2001"', 'V="2009"')
    const { bordereaux, signatures } = await verify(bytes)
    expect(bordereaux.map(({ verdict }) => verdict)).toEqual(['valide', 'alteree', 'valide'])
    expect(signatures[1]?.sentence).toBe(
      'Signature altérée de Camille Durand : le contenu a changé depuis la signature.',
    )
  })

  test('la date signée a changé', async () => {
    const bytes = replaced(await signed(), '2026-01-15T10:20:30Z', '2025-01-15T10:20:30Z')
    expect((await sentences(bytes))[0]).toContain('le contenu a changé')
  })

  test('la valeur est celle d’une autre clé', async () => {
    const other = createAuthority('Quelqu’un')
    const bytes = await signed({ signer: { certificate: signer.certificate, key: other.key } })
    expect((await sentences(bytes))[0]).toBe(
      'Signature altérée de Camille Durand : elle ne correspond pas au certificat joint.',
    )
  })

  test('le certificat joint a été échangé contre un autre de la même clé', async () => {
    const pem = (certificate: string) => certificate.replaceAll(/-----[^-]+-----|\s/gu, '')
    const other = authority.issueClient('Un Autre', DATES)
    const bytes = await signed()
    const exchanged = replaced(
      bytes,
      new RegExp(pem(signer.certificate).replaceAll(/[+/]/gu, '\\$&'), 'gu'),
      pem(other.certificate),
    )
    expect((await sentences(exchanged))[0]).toContain("n'est pas celui que la signature annonce")
  })

  test('le certificat avait expiré, ou n’était pas encore valable, le jour de la signature', async () => {
    expect((await sentences(await signed({ signingTime: '2027-03-01T10:00:00Z' })))[0]).toBe(
      'Signature intacte, certificat hors de ses dates de Camille Durand : signée le 01/03/2027 avec un certificat expiré depuis le 01/01/2027.',
    )
    expect((await sentences(await signed({ signingTime: '2024-03-01T10:00:00Z' })))[0]).toContain(
      "n'était valable qu'à partir du 01/01/2025",
    )
  })

  test('un bordereau signé et recopié ailleurs : ce qui est signé n’est plus unique', async () => {
    const bytes = await signed({ only: [1] })
    const copy = /<Bordereau Id="BORD1">.*?<\/Bordereau>/su.exec(bytes.toString('latin1'))?.[0] ?? ''
    const doubled = replaced(bytes, '</PES_DepenseAller>', `${copy}</PES_DepenseAller>`)
    expect((await sentences(doubled))[0]).toContain("n'y est pas unique")
  })

  test.each([
    ['une transformation inconnue', 'xml-exc-c14n#"></ds:Transform>', 'xslt"></ds:Transform>', 'non prise en charge'],
    ['une partie du fichier qui n’est pas un bordereau', 'URI="#BORD1"', 'URI="#AILLEURS"', 'ni sur un bordereau'],
    ['un autre fichier', 'URI="#BORD1"', 'URI="http://ailleurs"', 'autre chose que ce fichier'],
    ['un certificat qui n’en est pas un', 'X509Certificate>MII', 'X509Certificate>QQQ', 'certificat illisible'],
  ])('%s : illisible, jamais valide', async (_what, from, to, why) => {
    const [first] = (await verify(replaced(await signed(), from, to))).signatures
    expect(first).toMatchObject({ verdict: 'illisible' })
    expect(first?.sentence).toContain(why)
  })
})

describe('l’autorité et la révocation se jugent par ce que l’administrateur a déposé', () => {
  const pem = ({ certificate }: { readonly certificate: string }) => Buffer.from(certificate)
  const judged = async (signers: SignersTrust, options: Partial<PesSigning> = {}) => {
    const bytes = await signed({ what: 'file', ...options })
    const { signatures } = await verifyPesSignatures(() => Readable.from([bytes]), { size: bytes.length, signers })
    return signatures[0]
  }
  /** A list signed by this authority. */
  const listOf = async (asOf: string, by = authority, revokedOn?: string) => {
    const issuer = certificateFrom(new X509Certificate(by.certificate).raw)
    const list = new CertificateRevocationList({
      version: 1,
      issuer: issuer.subject,
      thisUpdate: new Time({ type: 0, value: new Date(asOf) }),
      ...(revokedOn === undefined
        ? {}
        : {
            revokedCertificates: [
              new RevokedCertificate({
                userCertificate: certificateFrom(new X509Certificate(signer.certificate).raw).serialNumber,
                revocationDate: new Time({ type: 0, value: new Date(revokedOn) }),
              }),
            ],
          }),
    })
    const der = createPrivateKey(by.key).export({ type: 'pkcs8', format: 'der' })
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    await list.sign(await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), 'SHA-256')
    const base64 = Buffer.from((list.toSchema() as { toBER(): ArrayBuffer }).toBER()).toString('base64')
    return Buffer.from(`-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`)
  }

  test.each<[string, () => Promise<SignersTrust>, string, string]>([
    [
      'autorité reconnue, sans liste',
      async () => ({ authorities: pem(authority) }),
      'valide',
      'autorité « Autorité de la ville » reconnue, révocation non vérifiée.',
    ],
    [
      'plusieurs autorités dans le fichier',
      async () => ({ authorities: Buffer.concat([pem(stranger), pem(authority)]) }),
      'valide',
      'autorité « Autorité de la ville » reconnue',
    ],
    [
      'autorité d’un autre',
      async () => ({ authorities: pem(stranger) }),
      'autoriteInconnue',
      "délivré par « Autorité de la ville », ne vient d'aucune des autorités reconnues",
    ],
    [
      'autorité du même nom, d’une autre clé',
      async () => ({ authorities: pem(namesake) }),
      'autoriteInconnue',
      "ne vient d'aucune des autorités reconnues",
    ],
    [
      'non révoqué dans la liste',
      async () => ({ authorities: pem(authority), revocations: await listOf('2026-02-01') }),
      'valide',
      'non révoqué selon la liste du 01/02/2026.',
    ],
    [
      'liste plus vieille que la signature',
      async () => ({ authorities: pem(authority), revocations: await listOf('2025-12-01') }),
      'valide',
      'révocation non vérifiée : la liste du 01/12/2025 est antérieure.',
    ],
    [
      'révoqué avant la signature',
      async () => ({ authorities: pem(authority), revocations: await listOf('2026-02-01', authority, '2026-01-10') }),
      'certificatRevoque',
      'son certificat est révoqué depuis le 10/01/2026.',
    ],
    [
      'révoqué depuis',
      async () => ({ authorities: pem(authority), revocations: await listOf('2026-02-01', authority, '2026-01-20') }),
      'valide',
      'certificat révoqué ensuite, le 20/01/2026.',
    ],
    [
      'liste d’un imposteur du même nom',
      async () => ({ authorities: pem(authority), revocations: await listOf('2026-02-01', namesake, '2026-01-10') }),
      'valide',
      'révocation non vérifiée.',
    ],
  ])('%s', async (_what, given, verdict, why) => {
    const signature = await judged(await given())
    expect(signature?.verdict).toBe(verdict)
    expect(signature?.sentence).toContain(why)
  })

  test('l’autorité elle-même hors de ses dates ce jour-là n’est pas reconnue', async () => {
    const young = createAuthority('Jeune', { notBefore: new Date('2026-06-01'), notAfter: DATES.notAfter })
    const early = young.issueClient('Camille Durand', DATES)
    expect(await judged({ authorities: pem(young) }, { signer: early })).toMatchObject({ verdict: 'autoriteInconnue' })
  })

  test.each([
    ['authorities', /autorité de certification/u],
    ['revocations', /liste de révocation/u],
  ] as const)('%s illisible : c’est le réglage du connecteur qui est en cause', async (what, message) => {
    const given = { authorities: pem(authority), [what]: Buffer.from('rien') }
    await expect(judged(given)).rejects.toThrow(message)
    await expect(judged(given)).rejects.toThrow(ConfigurationError)
  })
})

describe('le bilan', () => {
  test('les bordereaux non signés sont nommés', async () => {
    const verification = await verify(await signed({ only: [1, 3] }))
    expect(signaturesSummary(verification)).toEqual({
      state: 'partielle',
      text: [
        '2 signatures, valides ; 1 bordereau non signé.',
        '- Bordereau 1 de 2026 : Signature valide de Camille Durand : signée le 15/01/2026 ; autorité et révocation non vérifiées.',
        '- Bordereau 3 de 2026 : Signature valide de Camille Durand : signée le 15/01/2026 ; autorité et révocation non vérifiées.',
        '- Bordereau 2 de 2026 : non signé.',
      ].join('\n'),
    })
  })

  test('sans aucune signature', async () => {
    expect(signaturesSummary(await verify(samplePes()))).toEqual({ state: 'absente', text: "Ce PES n'est pas signé." })
  })

  test('une mauvaise signature passe devant', async () => {
    const { state, text } = signaturesSummary(await verify(replaced(await signed(), 'V="2001"', 'V="2009"')))
    expect(state).toBe('invalide')
    expect(text.split('\n').slice(0, 2)).toEqual([
      '1 signature à revoir sur 3.',
      '- Bordereau 2 de 2026 : Signature altérée de Camille Durand : le contenu a changé depuis la signature.',
    ])
  })
})

describe('les gros fichiers', () => {
  test('la signature d’un fichier entier trop volumineux n’est pas vérifiée, et le dit', async () => {
    const bytes = await signed({ what: 'file' })
    const [signature] = (await verify(bytes, 1_000)).signatures
    expect(signature).toMatchObject({ verdict: 'tropVolumineux' })
    expect(signature?.sentence).toContain('trop volumineux')
    // Signed bordereau by bordereau, the same size is no obstacle.
    expect((await verify(await signed(), 1_000)).signatures[0]).toMatchObject({ verdict: 'valide' })
  })

  test('les bordereaux d’un PES de 60 Mo se vérifient sans entrer en mémoire', async () => {
    const small = await signed({}, samplePes({ bordereaux: 20 }))
    const [before = '', after = ''] = small.toString('latin1').split('</PES_DepenseAller>')
    const pjs = /<PES_PJ>/u
    expect(after).toMatch(pjs)
    function* chunks() {
      yield Buffer.from(`${before}</PES_DepenseAller>`, 'latin1')
      let isIn = false
      for (const chunk of samplePesChunks({ megabytes: 60, content: 'pjOnly' })) {
        const at = isIn ? 0 : chunk.indexOf('<PES_PJ>')
        if (at === -1) continue
        isIn = true
        yield chunk.subarray(at)
      }
    }
    const growth = await memoryGrowth(async () => {
      const { signatures } = await verifyPesSignatures(() => Readable.from(chunks()), { size: 60_000_000 })
      expect(signatures.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 20 }, () => 'valide'))
    })
    expect(growth).toBeLessThan(100)
  }, 60_000)
})

describe('la forme canonique est celle de libxml2', () => {
  const tricky =
    `<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:R xmlns:n="urn:n" xmlns="urn:d" xmlns:inutile="urn:i" xml:lang="fr" Id="RACINE">` +
    `<!-- hors --><A xmlns="" Id="A" b='2' a="1 &#9;&#10;&#13;&lt;&quot;'>" n:z="n" xmlns:m="urn:m" m:a="m">` +
    `é & < &#13; ]]&gt; <![CDATA[<&>]]>\r\n<B/><C xmlns="urn:d2" xmlns:m="urn:m2"><m:D xmlns:n="urn:n">x</m:D><?pi a  b?></C></A></n:R>`.replace(
      '& <',
      '&amp; &lt;',
    )
  test.each([
    ['exclusive', 'http://www.w3.org/2001/10/xml-exc-c14n#', '', XmlC14NMode.XML_C14N_EXCLUSIVE_1_0],
    [
      'exclusive avec préfixes',
      'http://www.w3.org/2001/10/xml-exc-c14n#',
      'inutile #default',
      XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
    ],
    ['inclusive', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315', '', XmlC14NMode.XML_C14N_1_0],
  ])('%s', async (_name, uri, prefixes, mode) => {
    const method = canonicalOf(uri, prefixes)
    expect(method).toBeDefined()
    if (!method) return
    const bytes = Buffer.from(tricky, 'latin1')
    for (const target of ['RACINE', 'A']) {
      const document = XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET })
      const element = document.get(`//*[@Id="${target}"]`)
      if (!(element instanceof XmlElement)) throw new Error('no element')
      const listed = prefixes ? { inclusiveNamespacePrefixes: prefixes.split(' ') } : {}
      const expected = element.canonicalizeToString({ mode, withComments: false, ...listed })
      document.dispose()
      const reference = {
        ...{ target, enveloped: false, method, digest: '' },
        digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
      }
      const { digests } = await takeDigests(byteByByte(bytes), [{ signature: 0, reference }], [])
      expect(digests[0], expected).toBe(createHash('sha256').update(expected).digest('base64'))
    }
  })
})
