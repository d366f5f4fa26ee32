/** Where we differ from a source, and why we are right: by source and case. */
export const differences: Record<string, Record<string, string>> = {
  'SPF, pyspf': {
    'default-modifier':
      'The case is for the lax mode of that program. An unknown modifier is ignored (RFC 7208 §6), and no match is neutral (§4.7).',
    'default-modifier-harsh':
      'The word of its harsh mode for the same. An unknown modifier is ignored (RFC 7208 §6), and no match is neutral (§4.7).',
  },
  'ARC, RFC 8617': {
    cv_fail_i1_as_cv_fail:
      'The suite leaves it open. A newest seal that says cv=fail fails the chain (RFC 8617 §5.2 step 2).',
    cv_fail_i2_as2_fail:
      'The suite leaves it open. A newest seal that says cv=fail fails the chain (RFC 8617 §5.2 step 2).',
    cv_fail_i2_as1_fail: 'The suite leaves it open. A first seal has to say cv=none (RFC 8617 §5.2 step 3.C).',
    ams_fields_c_na:
      'Without c= the signature is simple/simple (RFC 6376 §3.5, by RFC 8617 §4.1.2); this one was made as relaxed/relaxed.',
    ams_fields_h_empty: 'h= must not be empty (RFC 6376 §3.5) and must name From (§5.4).',
  },
  'DKIM, RFC 6376': {
    'From domain is the same as the SDID and AUID (rfc8463-A.3.eml)':
      'The letter has two signatures, and both are judged (RFC 6376 §6.1); the case looks at the first alone.',
    'Added From header (dkim/added_header-from.eml)':
      'Two From fields (RFC 5322 §3.6): the letter is refused before its signatures are looked at (RFC 6376 §8.15).',
  },
}
