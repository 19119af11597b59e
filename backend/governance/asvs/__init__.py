"""What the appliance finds of itself against OWASP ASVS 4.0.3: a self-assessment, never a certificate."""
