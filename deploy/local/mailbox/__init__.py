"""The mailbox: a mail server and an SMS gateway for this machine alone, and a page to read what they took.

Everything that a notifier sends arrives here: mail over real SMTP, SMS over Twilio's API of messages with
receipts posted back. People's side is here too: a message is answered from the page, and links in it lead to
the pages of the stack. Nothing leaves the machine.

Some addresses and numbers are troublesome by what they end in; see `mail.TROUBLES` and `sms.TROUBLES`."""
