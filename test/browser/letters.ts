/** HTML as mail programs write it, with words of our own. */
export const letters = {
  outlook: `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]--><style><!--
/* Font Definitions */
@font-face {font-family:Wingdings; panose-1:5 0 0 0 0 0 0 0 0 0;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif; mso-fareast-language:EN-US;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
p.MsoListParagraph {margin-top:0cm; margin-right:0cm; margin-bottom:0cm; margin-left:36.0pt; font-size:11.0pt;}
@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt;}
div.WordSection1 {page:WordSection1;}
--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang=CS link="#0563C1" vlink="#954F72" style='word-wrap:break-word'><div class=WordSection1>
<p class=MsoNormal>Dobrý den,<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>od rána nejde <b>internet</b> <span style='font-family:Wingdings'>L</span>. Zkusili jsme:<o:p></o:p></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>vypnout router,<o:p></o:p></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>jiný kabel.<o:p></o:p></p>
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='margin-left:-5.4pt;border-collapse:collapse;border:none'><tr>
<td width=302 valign=top style='width:226.5pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt'><p class=MsoNormal>Linka<o:p></o:p></p></td>
<td width=302 valign=top style='width:226.55pt;border:solid windowtext 1.0pt;border-left:none;padding:0cm 5.4pt 0cm 5.4pt'><p class=MsoNormal>A&nbsp;17<o:p></o:p></p></td></tr></table>
<p class=MsoNormal>Jana Nováková<o:p></o:p></p>
<p class=MsoNormal><img width=120 height=40 style='width:1.25in;height:.4166in' id="Picture_x0020_1" src="cid:image001.png@01D9" alt="Logo"><o:p></o:p></p>
<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b><span lang=EN-US>From:</span></b><span lang=EN-US> Support &lt;support@desk.example&gt; <br><b>Sent:</b> Monday, March 3, 2025 9:12 AM<br><b>Subject:</b> [P-100001] Line A 17<o:p></o:p></span></p></div>
<p class=MsoNormal>We are looking into it.<o:p></o:p></p></div></body></html>`,

  gmail: `<div dir="ltr">Hello,<div><br></div><div>the line is up again. See <a href="https://status.example/">status.example</a>.</div><div><br></div><div><ul><li>A 17</li><li>A 18<ul><li>second pair</li></ul></li></ul></div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Mar 3, 2025 at 9:12 AM Support &lt;<a href="mailto:support@desk.example">support@desk.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">Is it still down?<br></blockquote></div>`,

  apple: `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">Thanks!<div><br><div><blockquote type="cite"><div>On 3. 3. 2025, at 9:12, Support wrote:</div><br class="Apple-interchange-newline"><div><span style="caret-color: rgb(0, 0, 0); font-family: Helvetica; font-size: 12px; font-variant-caps: normal; letter-spacing: normal; text-align: start; text-indent: 0px; white-space: normal; display: inline !important;">Is it still down?</span></div></blockquote></div><br></div></body></html>`,

  newsletter: `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"><html><head><title>News</title><style type="text/css">
body{margin:0;padding:0;background-color:#eeeeee}
.button{background:#1f4fbf;color:#ffffff!important;padding:12px 24px;border-radius:4px;text-decoration:none}
.mobile{display:none}
td{font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px}
@media only screen and (max-width:600px){.mobile{display:block!important}.column{width:100%!important}}
</style></head><body bgcolor="#eeeeee"><div style="display:none;font-size:1px;color:#eeeeee;line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden">What is new in March&nbsp;&zwnj;&nbsp;&zwnj;</div>
<center><table width="100%" border="0" cellspacing="0" cellpadding="0" bgcolor="#eeeeee"><tr><td align="center"><table width="640" border="0" cellspacing="0" cellpadding="0" bgcolor="#ffffff" align="center">
<tr><td style="font-size:0;line-height:0" height="8">&nbsp;</td></tr><tr><td align="center" style="padding:24px"><a href="https://news.example/c/1"><img src="https://news.example/logo.png" width="200" height="60" alt="News of Example" border="0" style="display:block"></a></td></tr>
<tr><td background="https://news.example/back.png" style="background:#1f4fbf url('https://news.example/back.png') no-repeat center;padding:40px;color:#ffffff"><h1 style="margin:0;font-size:36px;line-height:44px">Spring prices</h1></td></tr>
<tr><td><table width="320" align="left" class="column"><tr><td style="padding:16px">Left column</td></tr></table><table width="320" align="right" class="column"><tr><td style="padding:16px">Right column</td></tr></table></td></tr>
<tr><td align="center"><a class="button" href="https://news.example/c/2">Order now</a><span class="mobile">On the telephone</span></td></tr>
<tr><td><table width="100%"><tr><th align="left">Item</th><th align="right">Price</th></tr><tr><td>Line</td><td align="right">20&nbsp;€</td></tr></table></td></tr></table></td></tr></table></center>
<img src="https://news.example/open?u=17" width="1" height="1" alt=""></body></html>`,

  thunderbird: `<html><head><meta http-equiv="content-type" content="text/html; charset=UTF-8"></head><body text="#000000" bgcolor="#FFFFFF"><p>Hi,</p><p>see the log:<br></p><pre class="moz-quote-pre" wrap="">
   10:02  link down
   10:05  link up</pre><div class="moz-cite-prefix">Am 03.03.2025 um 09:12 schrieb Support:<br></div><blockquote type="cite" cite="mid:a@desk.example"><p>Is it still down?<br></p></blockquote><div class="moz-signature">-- <br>Jana</div></body></html>`,

  broken: `<table><form action=x><tr><td>a<font color=red><p>b</td></font><td>c<table><td>d</table></tr></form>stray<a href=https://a.test/>one<a href=https://b.test/>two</a></p><li>item<div><li>item</div></ul></span></td></table>tail`,
}
