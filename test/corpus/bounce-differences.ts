const reasons = {
  forwarded:
    'A person forwards a returned letter and may ask for help with it: it is theirs, and nobody’s bounce (rules §1.5).',
  twoReports:
    'A second report stands behind the end of the first (RFC 2046 §5.1.1), as in a mailbox file: it is another letter.',
  repeated: 'The fields name one recipient; the second is “<nekochan>” of the text, a name without a domain.',
  delayed:
    'The report says that the letter is still tried (Action: delayed, or in words); class 5 is only the suite’s default for its reason.',
  inner:
    'KNOWN FAULT: a notice around another bounce, which alone has the code; the address taken is that of its help desk.',
  timeout:
    '“Retry timeout exceeded” is what passed but lasted too long; the same words have class 4 elsewhere in this suite.',
  permanentWords: '“The following addresses had permanent fatal errors”, 554 5.0.0; the 421 is the answer to QUIT.',
  statusField: 'Status: 4.5.0 is the reporting server’s word (RFC 3464 §2.3.4), though the other one said 550.',
}

/** Where we differ from a source, and why: by source and letter. */
export const differences: Record<string, Record<string, string>> = {
  'bounce, sisimai: kind': {
    'bsd/lhost-sendmail-14.eml': reasons.forwarded,
    'err/make-test-36.eml': reasons.forwarded,
  },
  'bounce, sisimai: recipients': {
    'bsd/lhost-sendmail-14.eml': reasons.forwarded,
    'bsd/rfc3464-01.eml': reasons.repeated,
    'bsd/rfc3464-28.eml': reasons.twoReports,
    'bsd/rhost-cox-01.eml': reasons.twoReports,
  },
  'bounce, sisimai: permanent or not': {
    'bsd/lhost-gmail-08.eml': reasons.delayed,
    'bsd/lhost-opensmtpd-04.eml': reasons.delayed,
    'bsd/lhost-opensmtpd-06.eml': reasons.delayed,
    'bsd/lhost-opensmtpd-12.eml': reasons.delayed,
    'bsd/lhost-opensmtpd-15.eml': reasons.delayed,
    'bsd/lhost-opensmtpd-16.eml': reasons.delayed,
    'bsd/lhost-postfix-49.eml': reasons.inner,
    'bsd/lhost-postfix-50.eml': reasons.inner,
    'bsd/lhost-exim-60.eml': reasons.timeout,
    'bsd/lhost-gmx-04.eml': reasons.timeout,
    'bsd/lhost-sendmail-56.eml': reasons.permanentWords,
    'bsd/rhost-franceptt-10.eml': reasons.statusField,
  },
}
