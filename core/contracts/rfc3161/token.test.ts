import { X509Certificate } from 'node:crypto'
import type { AsnType } from 'asn1js'
import { ContentInfo, SignedData, type Certificate } from 'pkijs'
import { describe, expect, test } from 'vitest'
import { createStampAuthority, type StampAuthority } from '../../testing/stamp-pki.ts'
import { bytesOf, parseDer } from './der.ts'
import {
  assertAnswers,
  certificateFrom,
  issueToken,
  readResponse,
  requestFor,
  stampSigner,
  verifyToken,
} from './index.ts'
import { writeResponse } from './response.ts'

const CONTENT = Buffer.from('tête de chaîne')
const NOW = new Date('2026-07-01T08:00:00.700Z')
const POLICY = '2.5.29.32.0'

const VALID = { notBefore: new Date('2026-01-01'), notAfter: new Date('2027-01-01') }

const rawOf = (pem: string) => new X509Certificate(pem).raw
const verify = (token: Uint8Array, { certificate }: Pick<StampAuthority, 'certificate'>) =>
  verifyToken(token, { content: CONTENT, authorities: [rawOf(certificate)] })
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'accepté',
    (error: unknown) => String(error),
  )

/** The same token with other certificates inside: what somebody on the way can change, since no signature covers them. */
const withCertificates = (token: Uint8Array, certificates: readonly Certificate[]): Uint8Array => {
  const envelope = new ContentInfo({ schema: parseDer(token) })
  const signed = new SignedData({ schema: envelope.content as AsnType })
  signed.certificates = [...certificates]
  const content = signed.toSchema(false) as AsnType
  return bytesOf(new ContentInfo({ contentType: envelope.contentType, content }).toSchema().toBER())
}

const stamped = async () => {
  const authority = await createStampAuthority()
  const issued = await authority.issue(VALID)
  const request = requestFor(CONTENT)
  const token = issueToken(request, stampSigner(issued.certificate, issued.key), { at: NOW, policy: POLICY })
  return { authority, issued, request, token }
}

describe('un jeton', () => {
  test('dit la seconde, le numéro et la politique', async () => {
    const { authority, token, request } = await stamped()
    const read = await verify(token, authority)
    expect(read).toMatchObject({
      at: new Date('2026-07-01T08:00:00Z'),
      policy: POLICY,
      authority: 'Horodateur de test',
    })
    expect(() => assertAnswers(read, request, NOW)).not.toThrow()
  })

  test("dont on a remplacé le certificat par un autre de même numéro et de même clé n'est pas valable (ESSCertID)", async () => {
    const { authority, issued, token } = await stamped()
    const twin = await authority.issue({ ...VALID, as: issued, commonName: 'Jumeau' })
    expect(new X509Certificate(twin.certificate).serialNumber).toBe(
      new X509Certificate(issued.certificate).serialNumber,
    )
    const same = withCertificates(token, [certificateFrom(rawOf(issued.certificate))])
    expect(await failure(verify(same, authority))).toBe('accepté')
    const swapped = withCertificates(token, [certificateFrom(rawOf(twin.certificate))])
    expect(await failure(verify(swapped, authority))).toContain('ESSCertID')
  })

  test("sans le certificat qui le signe n'est pas valable", async () => {
    const { authority, token } = await stamped()
    expect(await failure(verify(withCertificates(token, []), authority))).toContain('ne contient pas le certificat')
  })

  test("refait avec la clé d'une autre autorité de même nom n'est pas valable", async () => {
    const { authority } = await stamped()
    const impostor = await createStampAuthority()
    const { certificate, key } = await impostor.issue(VALID)
    const token = issueToken(requestFor(CONTENT), stampSigner(certificate, key), { at: NOW, policy: POLICY })
    expect(await failure(verify(token, impostor))).toBe('accepté')
    expect(await failure(verify(token, authority))).toContain('autorité des réglages')
  })

  test("n'est valable qu'à une date où son certificat l'était", async () => {
    const authority = await createStampAuthority()
    const issued = await authority.issue({ notBefore: new Date('2026-06-01'), notAfter: new Date('2026-08-01') })
    const at = (day: string) =>
      issueToken(requestFor(CONTENT), stampSigner(issued.certificate, issued.key), {
        at: new Date(day),
        policy: POLICY,
      })
    expect(await failure(verify(at('2026-07-01'), authority))).toBe('accepté')
    expect(await failure(verify(at('2026-05-31'), authority))).toContain("n'était pas valable")
    expect(await failure(verify(at('2026-08-02'), authority))).toContain("n'était pas valable")
  })

  test("garde ses octets à travers la réponse de l'autorité", async () => {
    const { token } = await stamped()
    const answer = readResponse(writeResponse({ is: 'granted', token }))
    expect(answer.is === 'granted' && Buffer.compare(answer.token, token)).toBe(0)
  })
})

test.each(['timeNotAvailable', 'badAlg', 'systemFailure', 'badRequest', 'unacceptedPolicy'] as const)(
  'la raison %s se lit comme elle s’écrit',
  failure => {
    const refused = { is: 'refused', status: 2, failure, text: 'non' } as const
    expect(readResponse(writeResponse(refused))).toEqual(refused)
  },
)
