import forge from 'node-forge'
import { createAuthority, type Authority, type Issued, type IssuedClient } from './pki.ts'

/**
 * A true detached CMS signature, as the simulators of signature books put beside a file.
 * @returns DER
 */
export const signDetached = (content: Uint8Array, signer: Issued): Uint8Array => {
  const cms = forge.pkcs7.createSignedData()
  cms.content = forge.util.createBuffer(Buffer.from(content).toString('binary'))
  cms.addCertificate(signer.certificate)
  cms.addSigner({
    key: signer.key,
    certificate: signer.certificate,
    digestAlgorithm: forge.pki.oids['sha256'] ?? '',
    authenticatedAttributes: [
      { type: forge.pki.oids['contentType'] ?? '', value: forge.pki.oids['data'] ?? '' },
      { type: forge.pki.oids['messageDigest'] ?? '' },
    ],
  })
  cms.sign({ detached: true })
  return Buffer.from(forge.asn1.toDer(cms.toAsn1()).getBytes(), 'binary')
}

/** One signatory for all that a simulator signs, made when first needed: a key pair costs a tenth of a second. */
export const newSigner = (authority: Authority | undefined): (() => IssuedClient) => {
  let signer: IssuedClient | undefined
  return () => (signer ??= (authority ?? createAuthority()).issueClient('Camille MAIRE'))
}
